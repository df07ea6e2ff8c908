using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Zergling.AspNetCore.Watching;

namespace Zerg.Tests.AspNetCore;

internal sealed class ResponseCounterTests
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [OneTimeTearDown]
    public void TearDown() => _services.Dispose();

    [TestCase(101, 0)]
    [TestCase(200, 1)]
    [TestCase(302, 2)]
    [TestCase(499, 3)]
    [TestCase(503, 4)]
    [TestCase(0, 0)]
    [TestCase(999, 4)]
    public void Each_status_has_its_class(int status, int index)
    {
        var counter = New();
        counter.Add(status, null);
        Assert.That(counter.Read().Classes[index], Is.EqualTo(1));
        Assert.That(counter.Read().All(), Is.EqualTo(1));
        Assert.That(counter.Read().Timed(), Is.Zero);
    }

    [TestCase(0, 0)]
    [TestCase(1, 0)]
    [TestCase(1.1, 1)]
    [TestCase(2.5, 2)]
    [TestCase(499, 12)]
    [TestCase(60_000, 19)]
    [TestCase(60_001, -1)]
    public void Each_latency_has_its_bucket_and_a_stream_has_none(double milliseconds, int bucket)
    {
        var counter = New();
        counter.Add(200, (long)(milliseconds * Stopwatch.Frequency / 1000));
        Assert.That(counter.Read().Latencies.ToList().IndexOf(1), Is.EqualTo(bucket));
        Assert.That(counter.Read().CanFollow(ZergResponses.None));
    }

    [Test]
    public void Nothing_is_lost_where_many_count_at_a_time_and_nothing_new_is_the_same()
    {
        var counter = New();
        Parallel.For(0, 100_000, number => counter.Add(200 + (number % 4 * 100), number % 2 == 0 ? number : null));
        var told = counter.Read();
        Assert.That(told.Classes, Is.EqualTo(new long[] { 0, 25_000, 25_000, 25_000, 25_000 }));
        Assert.That(told.Timed(), Is.EqualTo(50_000));
        Assert.That(counter.Read(), Is.SameAs(told));
    }

    [Test]
    public void The_meter_has_the_same_figures()
    {
        var told = new List<string>();
        using var listener = new MeterListener();
        var counter = New();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == "Zergling.AspNetCore")
                all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (value > 0)
                told.Add($"{instrument.Name} {tags[0].Value} {value}");
        });
        listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) => told.Add($"{instrument.Name} {tags[0].Value} {value}"));
        listener.Start();
        counter.Add(503, Stopwatch.Frequency / 4);
        listener.RecordObservableInstruments();
        Assert.That(told, Has.Member("zergling.response.duration 5xx 0.25").And.Member("zergling.responses 5xx 1"));
    }

    private ResponseCounter New() => new(_services.GetRequiredService<IMeterFactory>());
}
