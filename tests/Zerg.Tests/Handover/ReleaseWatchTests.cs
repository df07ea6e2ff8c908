using Zerg.Configuration;
using ZergPool.Handover;

namespace Zerg.Tests.Handover;

/// <summary>What was seen, against what was asked for.</summary>
internal sealed class ReleaseWatchTests
{
    // Of 2xx, 4xx and 5xx; then how many took up to 1 ms, and up to 1 s.
    [TestCase("5xx<1%", "99 0 0", "99 0", null)]
    [TestCase("5xx<1%", "0 0 99", "99 0", null)]
    [TestCase("5xx<1%", "0 0 100", "100 0", "5xx 100 % (of 100 responses) is not < 1 %")]
    [TestCase("5xx<1%", "991 0 9", "1000 0", null)]
    [TestCase("5xx<1%", "990 0 10", "1000 0", "5xx 1 % (of 1000 responses) is not < 1 %")]
    [TestCase("5xx<1%", "639 0 173", "0 0", "5xx 21.305 % (of 812 responses) is not < 1 %")]
    [TestCase("5xx<1%,4xx<50%", "400 600 0", "0 0", "4xx 60 % (of 1000 responses) is not < 50 %")]
    [TestCase("p99<500ms", "1000 0 0", "1000 0", null)]
    [TestCase("p99<500ms", "1000 0 0", "99 0", null)]
    [TestCase("p99<500ms", "1000 0 0", "0 99", null)]
    [TestCase("p99<800ms", "1000 0 0", "500 500", "p99 995 ms (of 1000 responses) is not < 800 ms")]
    [TestCase("p50<800ms", "1000 0 0", "500 500", null)]
    [TestCase("5xx<1%,p99<800ms", "900 0 100", "500 500", "5xx 10 % (of 1000 responses) is not < 1 %")]
    [TestCase("", "0 0 1000", "0 1000", null)]
    public void Goes_back_for_a_reason(string terms, string classes, string latencies, string? reason)
    {
        var watch = new ReleaseWatch(terms.Length == 0 ? [] : WatchTerm.ParseAll(terms).Value!, 100);
        var (kinds, times) = (Numbers(classes), Numbers(latencies));
        Assert.That(watch.WhyBad(new ZergResponses(
            [0, kinds[0], 0, kinds[1], kinds[2]],
            [.. ZergResponses.Bounds.Select(bound => bound == 0.001 ? times[0] : bound == 1 ? times[1] : 0)], 1)),
            Is.EqualTo(reason));
    }

    private static long[] Numbers(string text) => [.. text.Split(' ').Select(long.Parse)];
}
