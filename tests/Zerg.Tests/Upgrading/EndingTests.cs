using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>A pool with a launcher of its own: told to stop it stops, and what it is to start it starts.</summary>
[Parallelizable]
internal sealed class EndingTests
{
    private TemporaryDirectory _directory = null!;
    private PoolProcess _pool = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public async Task TearDown()
    {
        if (_pool is { } pool)
        {
            ProcessTree.End(pool.Process.HasExited ? [] : [pool.Pid], _directory.Path);
            await pool.DisposeAsync();
        }

        _directory.Dispose();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task No_upgrade_begins_while_its_launchers_leave(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        await StopAsync(cancel);
        Assert.That(await _pool.UpgradeAsync(cancel), Is.EqualTo((ExitCodes.TryAgain, "the pool is told to stop")));
        await EndsAsync(cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_upgrade_that_has_begun_before_gives_way(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var next = new HeldProgram(_directory.File("next"));
        var upgrade = _pool.UpgradeAsync(cancel, next.Path);
        await next.AskedAsync(cancel);
        await StopAsync(cancel);
        next.GoOn();
        Assert.That(await upgrade, Is.EqualTo((ExitCodes.System, "the pool is told to stop")));
        await EndsAsync(cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_first_release_is_started_though_an_upgrade_comes_before(CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "root alone takes the socket from whoever holds it");
        await using var former = await PoolProcess.StartInAsync(
            _directory.Path, ["--zerg-pool", "DIR/pool.sock:DIR/app.sock"], null, cancel);
        await using var client = await former.AttachAsync(cancel);
        former.Process.Signal(Signum.SIGKILL);
        await former.Process.ExitAsync(cancel);

        // It waits for those who may come back, as whoever has the socket does not.
        await StartAsync(cancel);
        foreach (var socket in client.Sockets)
            socket.Dispose();
        await _pool.UpgradedAsync(cancel);
        await _pool.WaitForLineAsync("deployment 1: launcher pid", cancel);
    }

    private async Task ServeAsync(CancellationToken cancel)
    {
        await StartAsync(cancel);
        await _pool.StateAsync(1, "accepting", cancel);

        // The launcher takes it for ready after a second, and before its trap the signal would end it.
        await PoolProcess.UntilAsync(() => File.Exists(_directory.File("trapped")), cancel);
    }

    // One launcher, whose worker does not end before it may.
    private async Task StartAsync(CancellationToken cancel)
        => _pool = await PoolProcess.StartInAsync(
            _directory.Path,
            [
                "--zerg-pool", "DIR/pool.sock:DIR/app.sock", "--launcher", ProgramFiles.Zergling, "--up",
                "--", "/bin/sh", "-c",
                $"trap : TERM; : > {_directory.File("trapped")}; until test -e {_directory.File("end")}; do sleep 0.05; done",
            ],
            new Dictionary<string, string> { [ProcessTree.Mark] = _directory.Path }, cancel);

    private async Task StopAsync(CancellationToken cancel)
    {
        _pool.Process.Signal(Signum.SIGTERM);
        await _pool.WaitForLineAsync("are told to leave first", cancel);
    }

    private async Task EndsAsync(CancellationToken cancel)
    {
        _directory.Write("end", "");
        await _pool.Process.ExitAsync(cancel);
        Assert.That(_pool.Process.ExitCode, Is.Zero);
        Assert.That(_pool.Process.Count("upgraded from"), Is.Zero);
    }
}
