using System.Diagnostics;
using System.Diagnostics.Metrics;
using Zerg;

namespace Zergling.AspNetCore.Watching;

/// <summary>
/// Counts what the app answers, for its pool and for a meter: classes and latencies, and nothing of what is in them.
/// </summary>
internal sealed class ResponseCounter
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Zergling.AspNetCore";

    // Of a row: what keeps it from sharing a cache line with another one, the classes, the latencies, their sum.
    private const int Padding = 8;
    private const int Latencies = Padding + ZergResponses.ClassCount;
    private const int MaxRows = 64;

    private static readonly KeyValuePair<string, object?>[] s_tags =
    [
        .. Enumerable.Range(1, ZergResponses.ClassCount)
            .Select(number => new KeyValuePair<string, object?>("class", $"{number}xx")),
    ];

    private static readonly long[] s_bounds =
        [.. ZergResponses.Bounds.Select(bound => (long)(bound * Stopwatch.Frequency))];
    private static readonly int s_sum = Latencies + s_bounds.Length;

    // One for each processor, so that no two of them write to the same memory.
    private readonly long[][] _rows =
    [
        .. Enumerable.Range(0, Math.Min(Environment.ProcessorCount, MaxRows))
            .Select(_ => new long[s_sum + 1 + Padding]),
    ];

    private readonly Histogram<double> _duration;
    private ZergResponses _last = ZergResponses.None;

    public ResponseCounter(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableCounter(
            "zergling.responses",
            () => s_tags.Select((tag, number) => new Measurement<long>(Sum(Padding + number), tag)),
            "{response}", "Responses to requests of the pool's connections.");
        _duration = meter.CreateHistogram(
            "zergling.response.duration", "s", "From request to the end of the response.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = ZergResponses.Bounds });
    }

    /// <summary>One more has been answered.</summary>
    /// <param name="status">With this status.</param>
    /// <param name="took">So long after it came, on the stopwatch; null when nothing follows from that.</param>
    public void Add(int status, long? took)
    {
        var row = _rows[Thread.GetCurrentProcessorId() % _rows.Length];
        var number = Math.Clamp(status / 100, 1, ZergResponses.ClassCount) - 1;
        Interlocked.Increment(ref row[Padding + number]);
        if (took is not { } ticks || ticks > s_bounds[^1])
            return;
        var bucket = 0;
        while (ticks > s_bounds[bucket])
            bucket++;

        // The sum first: whoever reads the latency tells it with its time, and not without until the next one comes.
        Interlocked.Add(ref row[s_sum], ticks);
        Interlocked.Increment(ref row[Latencies + bucket]);
        if (_duration.Enabled)
            _duration.Record((double)ticks / Stopwatch.Frequency, s_tags[number]);
    }

    /// <summary>All of it so far, the same object as long as nothing is new; the overseer's alone.</summary>
    public ZergResponses Read()
    {
        // In this order: of each response the class is counted first, then its time, so that no latency is told without
        // them.
        long[] latencies = [.. Enumerable.Range(Latencies, s_bounds.Length).Select(Sum)];
        var seconds = (double)Sum(s_sum) / Stopwatch.Frequency;
        long[] classes = [.. Enumerable.Range(Padding, ZergResponses.ClassCount).Select(Sum)];
        if (!classes.SequenceEqual(_last.Classes) || !latencies.SequenceEqual(_last.Latencies))
            _last = new ZergResponses(classes, latencies, seconds);
        return _last;
    }

    private long Sum(int column)
    {
        long sum = 0;
        foreach (var row in _rows)
            sum += Volatile.Read(ref row[column]);
        return sum;
    }
}
