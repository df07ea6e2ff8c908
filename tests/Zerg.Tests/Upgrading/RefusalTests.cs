using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>What cannot take over is found out before, and then nothing has changed.</summary>
[Parallelizable]
internal sealed class RefusalTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task A_configuration_that_has_become_wrong_is_named_with_its_place(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("app.yml", $"zerg:\n  zerg-pool: {directory.File("pool.sock")}:127.0.0.1:0\n");
        await using var pool = await PoolProcess.StartInAsync(directory.Path, [file], null, cancel);
        await using var client = await pool.ServeAsync(cancel);
        await pool.UpgradedAsync(cancel);

        directory.Write("app.yml", $"zerg:\n  zerg-pool: {directory.File("pool.sock")}:127.0.0.1:0\n  listen: many\n");
        var command = await PoolProcess.RunAsync(cancel, "upgrade", "--zerg", pool.Path);
        Assert.That(command.ExitCode, Is.EqualTo(ExitCodes.Configuration));
        Assert.That(command.Errors.Single(), Does.Contain($"{file}:3:"));

        directory.Write("app.yml", $"zerg:\n  zerg-pool: {directory.File("pool.sock")}:127.0.0.1:0,127.0.0.1:0\n");
        var (exitCode, message) = await pool.UpgradeAsync(cancel);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Configuration));
        Assert.That(message, Does.Contain("other sockets than this pool"));
        await GoesOnAsync(pool, client, upgrades: 1, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_log_that_it_could_not_write_is_named(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var start = $"zerg:\n  zerg-pool: {directory.File("pool.sock")}:{directory.File("app.sock")}\n";
        var file = directory.Write("app.yml", start);
        await using var pool = await PoolProcess.StartInAsync(directory.Path, [file], null, cancel);
        await using var client = await pool.ServeAsync(cancel);
        directory.Write("app.yml", $"{start}  logto: {directory.File("gone")}/app.log\n");
        var (exitCode, message) = await pool.UpgradeAsync(cancel);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.System));
        Assert.That(message, Does.EndWith($"open {directory.File("gone")}/app.log: No such file or directory"));
        await GoesOnAsync(pool, client, upgrades: 0, cancel);
    }

    [TestCase("/nope/zergpool", ExitCodes.System, "No such file or directory")]
    [TestCase("/etc/passwd", ExitCodes.NotPermitted, "Permission denied")]
    [TestCase("/bin/true", ExitCodes.Failed, "does not say why")]
    [TestCase("/bin/false", ExitCodes.Failed, "exit status 1")]
    [TestCase("/usr/bin/yes", ExitCodes.Failed, "unrecognized option")]
    [TestCase("DIR/garbage", ExitCodes.System, "Exec format error")]
    [TestCase("DIR/chatter", ExitCodes.Failed, "")]
    [TestCase("zergpool", ExitCodes.Usage, "no absolute path")]
    [CancelAfter(60_000)]
    public async Task A_program_that_is_none_of_ours(string binary, int expected, string reason, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        Executable.Write(pool.File("garbage"), "\u0001\u0002no program");
        Executable.Write(pool.File("chatter"), "#!/bin/sh\nexec yes\n");
        var (exitCode, message) = await pool.UpgradeAsync(cancel, binary.Replace("DIR", pool.Directory));
        Assert.That((exitCode, message), Is.EqualTo((expected, message)));
        Assert.That(message, Does.Contain(reason));
        await GoesOnAsync(pool, client, upgrades: 0, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_program_that_is_gone_when_it_is_to_be_executed(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--handshake-timeout", "30");
        await using var client = await pool.ServeAsync(cancel);
        using var half = await RawPeer.GreetedAsync(pool.Path, cancel);
        var drained = RawPeer.OrderAsync(pool.Control, "drain", "1", cancel);
        await client.OrdersAsync(cancel).OfType<ZergOrder.Drain>().FirstAsync(cancel);
        Executable.Write(pool.File("once"), $"#!/bin/sh\nrm \"$0\"\nexec dotnet '{PoolProcess.Program}' \"$@\"\n");

        var (exitCode, message) = await pool.UpgradeAsync(cancel, pool.File("once"));
        Assert.That((exitCode, message), Is.EqualTo((ExitCodes.System, $"execve {pool.File("once")}: No such file or directory")));

        // Everything that was frozen for it goes on.
        await half.HelloAsync(cancel);
        Assert.That(await half.FrameAsync(cancel), Is.InstanceOf<Zerg.Protocol.WelcomeFrame>());
        await client.ByeAsync("drained", cancel);
        await client.DisposeAsync();
        Assert.That((await drained).GetProperty("exitCode").GetInt32(), Is.Zero);
        await pool.UpgradedAsync(cancel);
    }

    private static async Task GoesOnAsync(PoolProcess pool, ZergClient client, int upgrades, CancellationToken cancel)
    {
        await pool.LinesAsync("upgraded from", upgrades, cancel);
        Assert.That(pool.Process.Count("upgraded from"), Is.EqualTo(upgrades));
        await client.ReportAsync(new ZergReport(ZerglingState.Paused), cancel);
        await pool.StateAsync(client.Session, "paused", cancel);
    }
}
