using System.Net.Sockets;
using Zerg.Posix;
using Zerg.Tests.Harness;
using Zerg.Tests.PeerServers;

namespace Zerg.Tests.Adopting;

/// <summary>A pool is killed while its socket is an old server's as well, and the next one knows that.</summary>
[CancelAfter(90_000)]
internal sealed class AdoptedAgainTests : AdoptingFixture
{
    // Takes the sockets from the pool and keeps them without another word, as a uWSGI does.
    private const string Keeper =
        """
        import signal, socket, sys
        pool = socket.socket(socket.AF_UNIX)
        pool.connect(sys.argv[1])
        kept = socket.recv_fds(pool, 4096, 8)
        pool.close()
        print("keeps", len(kept[1]), flush=True)
        signal.pause()
        """;

    private string AppPath => Temporary.File("app.sock");

    private UnixDomainSocketEndPoint Place => new(AppPath);

    [Test]
    public async Task The_next_pool_goes_on_until_the_old_server_is_retired(CancellationToken cancel)
    {
        var old = await StartOldAsync("nginx", Place, cancel);
        var file = UnixSocketFile.Identity(AppPath);
        await StartPoolAsync(AppPath, cancel, "--adopt");
        var hello = Hello("new");
        await AcceptingAsync(1, cancel);
        var keeper = Start("keeper", Python, ["-c", Keeper, PoolPath]);
        await keeper.OutputAsync("keeps 1", cancel);
        await KillPoolAsync(await StatusAsync(status => Pids(status).Contains(keeper.Pid), cancel), cancel);

        await StartPoolAsync(AppPath, cancel, "--adopt");

        // It is found by what it holds, and so would be the old server; the app comes back by itself.
        var status = await StatusAsync(
            now => Pids(now).Contains(keeper.Pid) && now.Zerglings.Any(one => one.Pid == hello.Pid && one.State == "accepting"),
            cancel);
        Assert.That(status.Zerglings, Has.Count.EqualTo(2), string.Join(", ", status.Zerglings));
        Assert.That(status.Sockets.Single().State, Is.EqualTo("adopted"));
        var refused = await CommandAsync(cancel, "upgrade", "--zerg", PoolPath);
        Assert.That(await refused.ExitAsync(cancel), Is.EqualTo(75));
        Assert.That(refused.Error.Lines.Single(), Does.Contain("is adopted, and the server that it was adopted from still runs"));

        var retired = await CommandAsync(cancel, "retire", $"{old.Pid}", "--zerg", PoolPath, "--signal", "QUIT");
        Assert.That(await retired.ExitAsync(cancel), Is.Zero, string.Join('\n', retired.Error.Lines));
        await StatusAsync(now => now.Sockets.Single().State == "held", cancel);
        Assert.That(UnixSocketFile.Identity(AppPath), Is.EqualTo(file));
        Assert.That(File.Exists(AppPath + ".zerg"), Is.False);
    }

    [Test]
    public async Task A_path_that_went_while_there_was_no_pool_is_put_back(CancellationToken cancel)
    {
        var old = await StartOldAsync("nginx", Place, cancel);
        var file = UnixSocketFile.Identity(AppPath);
        await StartPoolAsync(AppPath, cancel, "--adopt");
        Hello("new");
        await KillPoolAsync(await AcceptingAsync(1, cancel), cancel);
        old.Signal(Signals.SIGQUIT);
        await old.ExitAsync(cancel);
        Assert.That(File.Exists(AppPath), Is.False);

        await StartPoolAsync(AppPath, cancel, "--adopt");
        var status = await AcceptingAsync(1, cancel);
        Assert.That(status.Sockets.Single().State, Is.EqualTo("held"));
        Assert.That(UnixSocketFile.Identity(AppPath), Is.EqualTo(file));
        Assert.That(File.Exists(AppPath + ".zerg"), Is.False);
        Assert.That(await HttpClients.ReleaseAsync(Place, cancel), Is.EqualTo("new"));
    }

    [Test]
    public async Task A_second_name_of_what_nobody_has_any_more_goes(CancellationToken cancel)
    {
        var old = await StartOldAsync("nginx", Place, cancel);
        await StartPoolAsync(AppPath, cancel, "--adopt");
        await KillPoolAsync(await StatusAsync(_ => true, cancel), cancel);
        old.Signal(Signals.SIGQUIT);
        await old.ExitAsync(cancel);

        await StartPoolAsync(AppPath, cancel, "--adopt");
        Assert.That((await StatusAsync(_ => true, cancel)).Sockets.Single().State, Is.EqualTo("held"));
        Assert.That(File.Exists(AppPath + ".zerg"), Is.False);
        Hello("new");
        await AcceptingAsync(1, cancel);
        Assert.That(await HttpClients.ReleaseAsync(Place, cancel), Is.EqualTo("new"));
    }

    private static IEnumerable<int> Pids(ZergPool.Control.StatusDocument status) => status.Zerglings.Select(one => one.Pid);

    private static async Task KillPoolAsync(ZergPool.Control.StatusDocument status, CancellationToken cancel)
    {
        using var pool = ProcessHandle.Open(status.Pool.Pid, ProcFiles.IsAlive)!;
        pool.Signal(Signals.SIGKILL);
        await Poll.UntilAsync(() => !pool.IsAlive, () => "the pool lives", cancel);
    }
}
