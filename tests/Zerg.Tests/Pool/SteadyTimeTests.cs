using ZergPool;

namespace Zerg.Tests.Pool;

/// <summary>What a clock that is set means to the pool.</summary>
internal sealed class SteadyTimeTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromHours(5);

    [Test]
    public void A_clock_that_is_set_moves_nothing_until_it_is_followed([Values] bool isForward)
    {
        var set = TimeSpan.Zero;
        var time = new SteadyTime(() => TimeProvider.System.GetUtcNow() + set);
        set = isForward ? s_step : -s_step;
        var before = time.GetUtcNow();
        Assert.That(before - TimeProvider.System.GetUtcNow(), Is.EqualTo(TimeSpan.Zero).Within(TimeSpan.FromHours(1)));
        Assert.That(time.GetUtcNow(), Is.GreaterThanOrEqualTo(before));
        time.Follow();
        Assert.That(time.GetUtcNow() - before, Is.EqualTo(set).Within(TimeSpan.FromHours(1)));
    }
}
