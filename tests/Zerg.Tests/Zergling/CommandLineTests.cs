using Zerg.Configuration;

namespace Zerg.Tests.Launching;

/// <summary>Questions, and mistakes.</summary>
internal sealed class CommandLineTests : LauncherFixture
{
    [Test, CancelAfter(30_000)]
    public async Task Help_names_every_option_with_its_default(CancellationToken cancel)
    {
        var help = Run(["--help"]);

        Assert.That(await help.ExitAsync(cancel), Is.Zero);
        await help.OutputAsync("--version", cancel);
        var text = string.Join('\n', help.Output.Lines);
        foreach (var option in Vocabulary.For(ProgramKinds.Zergling))
            Assert.That(text, Does.Contain($"--{option.Name}").And.Contain($"[default: {option.Default}]"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Version_is_one_line(CancellationToken cancel)
    {
        var version = Run(["--version"]);

        Assert.That(await version.ExitAsync(cancel), Is.Zero);
        Assert.That(await version.OutputAsync(".", cancel), Does.Match(@"^zergling \d+\.\d+\.\d+"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_pool_that_asks_why_it_does_not_start_hears_no_warning(CancellationToken cancel)
    {
        Temporary.Write("a.yml", $"zerg:\n  zerg: {Temporary.File("nobody")}\n  command: 'true'\n  no-such-option: 1\n");
        var program = Run(["a.yml"], new Dictionary<string, string?> { ["ZERG_COMPLAINT_FD"] = "1" });

        Assert.That(await program.ExitAsync(cancel), Is.EqualTo(69));
        Assert.That(string.Join('\n', program.Error.Lines), Does.Contain("no-such-option").And.Contain("nobody"));
        Assert.That(string.Join('\n', program.Output.Lines), Does.Contain("nobody").And.Not.Contain("no-such-option"));
    }

    [TestCase(64)]
    [TestCase(64, "--zerg", "p", "--no-such-option", "--", "true")]
    [TestCase(64, "--zerg", "p", "--processes", "many", "--", "true")]
    [TestCase(64, "--zerg", "p")]
    [TestCase(78, "a.yml", "b.yml")]
    [TestCase(64, "exec", "true")]
    [TestCase(78, "no-such-file.yml")]
    [CancelAfter(30_000)]
    public async Task A_mistake_exits(int status, params string[] arguments)
    {
        var cancel = TestContext.CurrentContext.CancellationToken;
        var program = Run(arguments);

        Assert.That(await program.ExitAsync(cancel), Is.EqualTo(status));
        await program.ErrorAsync("zergling: ", cancel);
        Assert.That(program.Error.Lines, Has.All.StartsWith("zergling: "));
        Assert.That(program.Output.Lines, Is.Empty);
    }
}
