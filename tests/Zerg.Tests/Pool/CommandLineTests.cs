using Zerg.Tests.Harness;
using ZergPool.Commands;

namespace Zerg.Tests.Pool;

/// <summary>What the program says and exits with when there is no pool to talk to.</summary>
[Parallelizable]
internal sealed class CommandLineTests
{
    private string _directory = null!;

    [OneTimeSetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("zp-").FullName;

    [OneTimeTearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Every_verb_is_known_by_its_name()
        => Assert.That(
            ZergPool.CommandLine.Build([], []).Subcommands.Where(one => !one.Hidden && !Verb.Is(one.Name)), Is.Empty);

    [TestCase("--version", 0, "zergpool 0.1.0", "")]
    [TestCase("status", 64, "", "zergpool: which pool? Name its configuration file, or --zerg PATH")]
    [TestCase("status --zerg DIR/no.sock", 69, "", "zergpool: DIR/no.sock.ctl: no pool answers there: ")]
    [TestCase("status --zerg @zp-nobody", 69, "", "zergpool: @zp-nobody.ctl: no pool answers there: ")]
    [TestCase("drain 1 --control DIR/no.ctl", 69, "", "zergpool: DIR/no.ctl: no pool answers there: ")]
    [TestCase("status --zerg 127.0.0.1:80", 64, "", "zergpool: --zerg: ")]
    [TestCase("status --zerg LONG", 64, "", "zergpool: --zerg: ")]
    [TestCase("status DIR/missing.yml", 78, "", "zergpool: ")]
    [TestCase("status DIR/bad.yml", 78, "", "zergpool: DIR/bad.yml:3:")]
    [TestCase("statu", 64, "", "zergpool: 'statu' is neither a command nor a file, did you mean 'status'?")]
    [TestCase("EMPTY", 64, "", "zergpool: command line: a configuration file has an empty name")]
    [TestCase("check EMPTY", 64, "", "zergpool: command line: a configuration file has an empty name")]
    [TestCase("pause", 64, "", "zergpool: ")]
    [TestCase("--zerg-pool DIR/p.sock:@x --frobnicate", 64, "", "zergpool: ")]
    [TestCase("check DIR/good.yml", 0, "zerg-pool", "")]
    [TestCase("check DIR/bad.yml", 78, "", "zergpool: DIR/bad.yml:3:")]
    [TestCase("check DIR/missing.yml", 78, "", "zergpool: ")]
    [TestCase("DIR/bad.yml", 78, "", "zergpool: DIR/bad.yml:3:")]
    [TestCase("run --listen many --zerg-pool DIR/p.sock:@x", 64, "", "zergpool: ")]
    [TestCase("run --zerg-pool DIR/p.sock:@x --up", 64, "", "zergpool: command line: command: there is nothing to run")]
    [TestCase("run --zerg-pool DIR/p.sock:@x --up --processes 0 -- true", 64, "", "zergpool: command line: argument 5: processes: ")]
    [CancelAfter(30_000)]
    public async Task Says_one_line_and_exits(
        string arguments, int exitCode, string output, string error, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "good.yml"), "zerg:\n  zerg-pool: ./p.sock:@x\n  listen: 100\n", cancel);
        await File.WriteAllTextAsync(
            Path.Combine(_directory, "bad.yml"), "zerg:\n  zerg-pool: ./p.sock:@x\n  listen: many\n", cancel);
        using var run = await PoolProcess.RunAsync(
            cancel, [.. arguments.Split(' ').Select(word => word switch
            {
                "LONG" => "/" + new string('x', 200),
                "EMPTY" => "",
                _ => In(word),
            })]);

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), string.Join('\n', run.Lines));
        if (output.Length > 0)
            Assert.That(run.Output, Has.Some.Contains(output));
        else
            Assert.That(run.Output, Is.Empty);
        if (error.Length > 0)
            Assert.That(run.Errors, Has.Count.EqualTo(1).And.Some.StartsWith(In(error)));
        else
            Assert.That(run.Errors, Is.Empty);
    }

    private string In(string text) => text.Replace("DIR", _directory, StringComparison.Ordinal);
}
