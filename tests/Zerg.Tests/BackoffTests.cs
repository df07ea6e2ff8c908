namespace Zerg.Tests;

internal sealed class BackoffTests
{
    [TestCase(100, 30_000, new[] { 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000 })]
    [TestCase(50, 2000, new[] { 50, 100, 200, 400, 800, 1600, 2000, 2000 })]
    [TestCase(50, 50, new[] { 50, 50 })]
    public void Waits_double_up_to_the_longest(int first, int longest, int[] waits)
    {
        var backoff = Backoff(first, longest);

        Assert.That(waits.Select(_ => backoff.After(TimeSpan.Zero).TotalMilliseconds), Is.EqualTo(waits));
    }

    [Test]
    public void A_long_life_begins_anew()
    {
        var backoff = Backoff(100, 30_000);
        backoff.After(TimeSpan.Zero);
        Assert.That(backoff.After(TimeSpan.FromSeconds(9)), Is.EqualTo(TimeSpan.FromMilliseconds(200)));

        Assert.That(backoff.After(TimeSpan.FromSeconds(10)), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        Assert.That(backoff.After(TimeSpan.Zero), Is.EqualTo(TimeSpan.FromMilliseconds(200)));
    }

    [Test]
    public void What_will_take_its_time_is_waited_for_at_the_slow_end()
    {
        var backoff = Backoff(50, 2000);

        Assert.That(backoff.Longest(), Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(backoff.After(TimeSpan.Zero), Is.EqualTo(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public void The_jitter_goes_either_way_and_no_further()
    {
        var backoff = new Backoff(
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), 0.5, new Random(1));
        var waits = Enumerable.Range(0, 1000).Select(_ => backoff.After(TimeSpan.Zero).TotalSeconds).ToArray();

        Assert.That(waits, Is.All.InRange(0.5, 1.5));
        Assert.That(waits.Min(), Is.LessThan(0.55));
        Assert.That(waits.Max(), Is.GreaterThan(1.45));
        Assert.That(waits.Average(), Is.EqualTo(1).Within(0.05));
    }

    private static Backoff Backoff(int first, int longest) => new(
        TimeSpan.FromMilliseconds(first), TimeSpan.FromMilliseconds(longest), TimeSpan.FromSeconds(10));
}
