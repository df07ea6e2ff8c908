extern alias zergpool;

using Microsoft.Extensions.Time.Testing;
using zergpool::Zerg.Programs;

namespace Zerg.Tests.Programs;

internal sealed class WarningLimitTests
{
    [Test]
    public void A_thousand_of_a_kind_are_written_in_a_minute_and_the_rest_is_counted()
    {
        var time = new FakeTimeProvider();
        var limit = new WarningLimit(time);
        var written = Enumerable.Range(0, WarningLimit.Most + 150).Select(_ => limit.Pass(1, "bad peer"))
            .OfType<string>().ToList();

        Assert.That(written, Has.Count.EqualTo(WarningLimit.Most));
        Assert.That(written[^1], Does.EndWith("until a minute is over)"));
        Assert.That(limit.Pass(2, "another kind"), Is.EqualTo("another kind"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.That(limit.Pass(1, "bad peer"), Is.EqualTo("bad peer (150 like it were not written before this one)"));
        Assert.That(limit.Pass(1, "bad peer"), Is.EqualTo("bad peer"));
    }
}
