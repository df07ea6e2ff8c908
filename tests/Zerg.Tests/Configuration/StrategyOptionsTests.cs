using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class StrategyOptionsTests
{
    [Test]
    public void All_of_them()
    {
        var (options, problems) = PoolOptions.From(
            Yaml.Section("socket: :1", "strategy: canary", "canary: 1/4", "bake: 90s", "canary-empty: fail"), "t.yml", Hosts.User);
        Assert.That(problems, Is.Empty);
        Assert.That(
            (options!.Strategy, options.Canary, options.Bake, options.FailsEmptyCanary),
            Is.EqualTo((RollStrategy.Canary, new Share(1, 4), TimeSpan.FromSeconds(90), true)));
        Assert.That(options.Effective.Single(one => one.Name == "strategy").Value, Is.EqualTo("canary"));
    }

    [TestCase("bake: 5m")]
    [TestCase("canary: 1/8")]
    [TestCase("canary-empty: fail")]
    public void What_only_a_canary_reads_is_told_without_one(string line)
    {
        var (options, problems) = PoolOptions.From(
            Yaml.Section("socket: :1", "strategy: rolling", line), "t.yml", Hosts.User);
        Assert.That(options!.Strategy, Is.EqualTo(RollStrategy.Rolling));
        Assert.That(problems.Single().Message, Is.EqualTo("does nothing without 'strategy: canary'"));
    }

    [Test]
    public void A_way_that_there_is_not()
    {
        var (options, problems) = PoolOptions.From(Yaml.Section("socket: :1", "strategy: red-black"), "t.yml", Hosts.User);
        Assert.That(options, Is.Null);
        Assert.That(problems.Single().Message, Is.EqualTo("'red-black' is none of blue-green, rolling, canary"));
    }
}
