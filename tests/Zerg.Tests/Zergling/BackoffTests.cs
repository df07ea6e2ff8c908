using Zergling.Workers;

namespace Zerg.Tests.Launching;

internal sealed class BackoffTests
{
    [Test]
    public void Waits_double_up_to_the_longest()
    {
        var backoff = new Backoff();
        var waits = Enumerable.Range(0, 11).Select(_ => backoff.After(TimeSpan.Zero).TotalMilliseconds);

        Assert.That(
            waits,
            Is.EqualTo(new double[] { 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000 }));
    }

    [Test]
    public void A_long_life_begins_anew()
    {
        var backoff = new Backoff();
        backoff.After(TimeSpan.Zero);
        backoff.After(TimeSpan.FromSeconds(29));

        Assert.That(backoff.After(Backoff.LongLife), Is.EqualTo(Backoff.First));
    }
}
