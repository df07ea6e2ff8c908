namespace Zerg.Tests;

internal sealed class WorkerResponsesTests
{
    private static readonly string s_latencies = string.Join(',', ZergResponses.Bounds.Select((_, index) => index == 3 ? 7 : 0));

    [Test]
    public void What_is_written_is_read()
    {
        var text = $"1,812,0,3,9;{s_latencies};1.25";
        var read = WorkerResponses.Parse(text)!;
        Assert.That(read.Classes, Is.EqualTo(new[] { 1, 812, 0, 3, 9 }));
        Assert.That((read.Latencies[3], read.Seconds), Is.EqualTo((7, 1.25)));
        Assert.That(WorkerResponses.Format(read), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("1,2,3,4,5")]
    [TestCase("1,2,3,4;LATENCIES;1")]
    [TestCase("1,2,3,4,5;1,2;1")]
    [TestCase("1,2,3,4,5;LATENCIES;")]
    [TestCase("1,2,3,4,5;LATENCIES;NaN")]
    [TestCase("1,2,3,4,5;LATENCIES;-1")]
    [TestCase("1,2,3,4,-5;LATENCIES;1")]
    [TestCase("1,2,3,4,99999999999999999999;LATENCIES;1")]
    [TestCase("1,2,3,4,5;LATENCIES;1;2")]
    [TestCase("0,0,0,0,0;LATENCIES;1")]
    public void Anything_else_says_nothing(string text)
        => Assert.That(WorkerResponses.Parse(text.Replace("LATENCIES", s_latencies)), Is.Null);
}
