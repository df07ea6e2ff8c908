using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>Another image in the same process, and nobody notices.</summary>
[Parallelizable]
internal sealed class UpgradeTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task Pid_sockets_locks_and_sessions_stay(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync("127.0.0.1:0,DIR/app.sock,127.0.0.1:0", cancel);
        await using var one = await pool.ServeAsync(cancel, "v1", "one");
        await using var two = await pool.ServeAsync(cancel, "v1", "two");
        var before = await pool.StatusAsync(cancel);
        var identities = Identities(pool);
        var sockets = Upgrades.Sockets(pool.Pid);

        var command = await PoolProcess.RunAsync(cancel, "upgrade", "--zerg", pool.Path);
        Assert.That(command.ExitCode, Is.Zero, string.Join('\n', command.Lines));
        Assert.That(command.Output.Single(), Does.Contain($"pid {pool.Pid} runs zergpool {OtherVersion.Own}"));
        Assert.That(pool.Process.HasExited, Is.False);

        var after = await pool.StatusAsync(cancel);
        foreach (var part in new[] { "sockets", "zerglings", "history" })
            Assert.That(after.GetProperty(part).GetRawText(), Is.EqualTo(before.GetProperty(part).GetRawText()), part);
        Assert.That(Started(after), Is.EqualTo(Started(before)));
        Assert.That(Upgraded(before), Is.EqualTo(Started(before)));
        Assert.That(Upgraded(after), Is.GreaterThan(Started(after)));
        Assert.That(after.GetProperty("pool").GetProperty("generation").GetInt32(), Is.EqualTo(1));
        Assert.That(Identities(pool), Is.EqualTo(identities));

        // But for the socket to the service manager's like, the runtime's own, every one is the same.
        Assert.That(Upgrades.Sockets(pool.Pid).Intersect(sockets).Count(), Is.GreaterThanOrEqualTo(7));
        Assert.That(PoolProcess.ProcStatus(pool.Pid, "SigBlk")[0].Trim('0'), Is.Empty);
        await ObeysAsync(pool, one, cancel);
        await ObeysAsync(pool, two, cancel);

        // The locks too, and the ids go on.
        using var second = PoolProcess.Launch(pool.Directory, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0"]).Process;
        Assert.That(await second.ExitAsync(cancel), Is.EqualTo(ExitCodes.TryAgain));
        await using var three = await pool.AttachAsync(cancel);
        Assert.That(three.Session, Is.EqualTo(3));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Descriptors_do_not_pile_up_over_many_upgrades(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        await pool.UpgradedAsync(cancel);
        await pool.StatusAsync(cancel);
        var count = PoolProcess.Descriptors(pool.Pid);
        for (var round = 0; round < 5; round++)
            await pool.UpgradedAsync(cancel);
        await pool.StatusAsync(cancel);
        await PoolProcess.DescriptorsAsync(pool.Pid, count + 1, cancel);
        Assert.That(ProcFiles.Variable(pool.Pid, "LISTEN_FDS"), Is.EqualTo("1"));
        await ObeysAsync(pool, client, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task SIGUSR2_upgrades_and_another_one_within_the_second_does_no_harm(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        pool.Process.Signal(Signum.SIGUSR2);
        pool.Process.Signal(Signum.SIGUSR2);
        await pool.WaitForLineAsync("upgraded from", cancel);
        var (exitCode, message) = await pool.UpgradeAsync(cancel);
        Assert.That(exitCode, Is.Zero.Or.EqualTo(ExitCodes.TryAgain), message);
        await ObeysAsync(pool, client, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Of_two_orders_at_once_one_is_told_that_an_upgrade_is_under_way(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);

        // The first takes as long as the second needs to come: one that comes after it is another upgrade.
        var slow = new HeldProgram(pool.File("slow"));
        var first = pool.UpgradeAsync(cancel, slow.Path);
        await slow.AskedAsync(cancel);
        var (exitCode, message) = await pool.UpgradeAsync(cancel);
        slow.GoOn();
        Assert.That(exitCode, Is.EqualTo(ExitCodes.TryAgain), message);
        Assert.That(message, Does.Contain("an upgrade is under way"));
        var reply = await first;
        Assert.That(reply.ExitCode, Is.Zero, reply.Message);
        await ObeysAsync(pool, client, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_flood_of_SIGHUP_does_not_end_it(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        using var flood = HelperProcess.Python(
            """
            import os, signal, sys, time
            while True:
                for _ in range(5): os.kill(int(sys.argv[1]), signal.SIGHUP)
                time.sleep(0.002)
            """, null, "", $"{pool.Pid}");
        for (var round = 0; round < 5; round++)
            await pool.UpgradedAsync(cancel);
        await ObeysAsync(pool, client, cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task SIGTERM_while_it_is_upgraded_ends_it_as_ever([Range(0, 300, 50)] int milliseconds, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        pool.Process.Signal(Signum.SIGUSR2);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds + 1));
        await timer.WaitForNextTickAsync(cancel);
        Assert.That(await pool.StopAsync(cancel), Is.Zero);
        Assert.That(File.Exists(pool.Path), Is.False);
        await pool.WaitForLineAsync("zerglings keep the sockets", cancel);
    }

    private static async Task ObeysAsync(PoolProcess pool, ZergClient client, CancellationToken cancel)
    {
        await using var orders = client.OrdersAsync(cancel).GetAsyncEnumerator(cancel);
        var paused = RawPeer.OrderAsync(pool.Control, "pause", $"{client.Session}", cancel);
        do
            Assert.That(await orders.MoveNextAsync(), "the session has ended");
        while (orders.Current is not ZergOrder.Pause);
        await client.ReportAsync(new ZergReport(ZerglingState.Paused), cancel);
        Assert.That((await paused).GetProperty("exitCode").GetInt32(), Is.Zero);
    }

    private static DateTimeOffset Started(JsonElement status)
        => status.GetProperty("pool").GetProperty("started").GetDateTimeOffset();

    private static DateTimeOffset Upgraded(JsonElement status)
        => status.GetProperty("pool").GetProperty("upgraded").GetDateTimeOffset();

    private static List<ulong> Identities(PoolProcess pool)
    {
        var identities = new List<ulong>();
        foreach (var file in new[] { "pool.sock", "pool.sock.ctl", "pool.sock.lock", "app.sock" })
        {
            Assert.That(Syscall.lstat(pool.File(file), out var status), Is.Zero, file);
            identities.Add(status.st_ino);
        }

        return identities;
    }
}
