using Zerg.Configuration;

namespace Zerg.Tests.Configuration;

internal sealed class VocabularyTests
{
    [TestCase("sockets", "socket")]
    [TestCase("zergpool", "zerg-pool")]
    [TestCase("zerg_pool", "zerg-pool")]
    [TestCase("Listen", "listen")]
    [TestCase("lisetn", "listen")]
    [TestCase("chomd-socket", "chmod-socket")]
    [TestCase("worker-relaod-merci", "worker-reload-mercy")]
    [TestCase("x", null)]
    [TestCase("", null)]
    [TestCase("moduel", "module")]
    [TestCase("vaccum", "vacuum")]
    [TestCase("enable_threads", "enable-threads")]
    [TestCase("frobnicate-the-thing", null)]
    public void The_nearest_option_is_proposed_only_when_it_is_near(string name, string? nearest) =>
        Assert.That(Vocabulary.Nearest(name), Is.EqualTo(nearest));

    [Test]
    public void Every_option_is_read_by_the_programs_it_names()
    {
        OptionList list = Yaml.Section("socket: :1");
        string[] pool = Names(PoolOptions.From(list, "t.yml", Hosts.User).Options!.Effective);
        string[] zergling = Names(ZerglingOptions.From(list, "t.yml", Hosts.User).Options!.Effective);

        Assert.That(pool, Is.EqualTo(Names(ProgramKinds.Pool)));
        Assert.That(zergling, Is.EqualTo(Names(ProgramKinds.Zergling)));
        Assert.That(pool.Union(zergling), Is.EquivalentTo(Vocabulary.All.Select(option => option.Name)));
    }

    [Test]
    public void Every_option_is_complete_and_there_once()
    {
        Assert.That(Vocabulary.All.Select(option => option.Name), Is.Unique);
        Assert.That(Vocabulary.All.Select(option => option.Description), Has.None.Empty);
        Assert.That(Vocabulary.All.Select(option => option.Default), Has.None.Empty);
        Assert.That(Vocabulary.All.Select(option => option.Programs), Has.None.EqualTo(ProgramKinds.None));
    }

    [TestCase("listen")]
    [TestCase("chmod-socket")]
    [TestCase("ready-timeout")]
    [TestCase("worker-reload-mercy")]
    [TestCase("drain-idle")]
    [TestCase("processes")]
    [TestCase("zerg-mode")]
    [TestCase("zerg-fallback")]
    [TestCase("ready")]
    [TestCase("stop-signal")]
    [TestCase("log-level")]
    public void A_default_that_is_said_is_the_default(string name)
    {
        OptionList nothing = Yaml.Section("socket: :1");
        OptionList said = Yaml.Section("socket: :1", $"{name}: {Vocabulary.Find(name)!.Default}");

        Assert.That(
            ZerglingOptions.From(said, "t.yml", Hosts.User).Options! with { Effective = [] },
            Is.EqualTo(ZerglingOptions.From(nothing, "t.yml", Hosts.User).Options! with { Effective = [] })
                .UsingPropertiesComparer());
        Assert.That(
            PoolOptions.From(said, "t.yml", Hosts.User).Options! with { Effective = [] },
            Is.EqualTo(PoolOptions.From(nothing, "t.yml", Hosts.User).Options! with { Effective = [] })
                .UsingPropertiesComparer());
    }

    [Test]
    public void The_table_of_the_documentation_is_the_vocabulary()
    {
        string text = File.ReadAllText(Path.Combine(Repository(), "docs", "configuration.md"));

        Assert.That(text, Does.Contain(VocabularyTable.Render()), "replace the table by:\n" + VocabularyTable.Render());
        Assert.That(
            text, Does.Contain(VocabularyTable.RenderKnown()), "replace the second by:\n" + VocabularyTable.RenderKnown());
    }

    private static string[] Names(IEnumerable<EffectiveOption> options) =>
        [.. options.Select(option => option.Name).Distinct()];

    private static string[] Names(ProgramKinds programs) =>
        [.. Vocabulary.For(programs).Select(option => option.Name)];

    private static string Repository()
    {
        string? directory = TestContext.CurrentContext.TestDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "ZergPool.slnx")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new DirectoryNotFoundException("the tests run outside of the repository");
    }
}
