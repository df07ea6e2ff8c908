namespace Zerg.Tests;

internal sealed class ZergResponsesTests
{
    // In buckets up to 1 ms, 2 ms, 5 ms, 10 ms.
    [TestCase("", 0.99, null)]
    [TestCase("100", 0.99, 0.00099)]
    [TestCase("0 100", 0.5, 0.0015)]
    [TestCase("90 0 0 10", 0.9, 0.001)]
    [TestCase("90 0 0 10", 0.95, 0.0075)]
    [TestCase("90 0 0 10", 0.999, 0.00995)]
    [TestCase("0 0 1", 0.5, 0.0035)]
    public void A_quantile_lies_within_its_bucket_as_far_as_its_rank(string counts, double share, double? seconds)
        => Assert.That(Of(counts).Quantile(share), seconds is { } expected ? Is.EqualTo(expected).Within(1e-9) : Is.Null);

    [TestCase("1 2", "1 2", true)]
    [TestCase("1 2", "1 3", true)]
    [TestCase("1 2", "2 1", false)]
    [TestCase("", "-1", false)]
    public void Numbers_only_grow(string before, string now, bool can)
        => Assert.That(Of(now).CanFollow(Of(before)), Is.EqualTo(can));

    [Test]
    public void What_makes_no_sense_follows_nothing()
    {
        var good = Of("1 2 3");
        Assert.That(good.CanFollow(null));
        Assert.That((good with { Classes = [1, 2, 3] }).CanFollow(null), Is.False);
        Assert.That((good with { Classes = [0, 0, 0, 0, 0] }).CanFollow(null), Is.False, "more latencies than responses");
        Assert.That((good with { Classes = [0, long.MaxValue, 0, 0, 0] }).CanFollow(null), Is.False);
        Assert.That((good with { Latencies = [.. good.Latencies, 0] }).CanFollow(null), Is.False);
        Assert.That((good with { Latencies = new long[100_000] }).CanFollow(null), Is.False);
        Assert.That((good with { Seconds = -1 }).CanFollow(null), Is.False);
        Assert.That((good with { Seconds = 1e300 }).CanFollow(null), Is.False);
    }

    [Test]
    public void They_are_added_and_taken_away()
    {
        var (one, two) = (Of("1 2 3"), Of("4 5 6"));
        Assert.That(one.Plus(two).Minus(two).Latencies, Is.EqualTo(one.Latencies));
        Assert.That(one.Plus(two).All(), Is.EqualTo(21));
    }

    private static ZergResponses Of(string counts)
    {
        long[] some = [.. counts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)];
        return new ZergResponses(
            [0, some.Sum(), 0, 0, 0], [.. some, .. new long[ZergResponses.Bounds.Count - some.Length]], some.Sum());
    }
}
