using System.Globalization;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>A launcher that is killed leaves workers that serve; they go once somebody else accepts.</summary>
[Parallelizable]
internal sealed class OrphanTests
{
    // A launcher that says what a test writes to it, with two children that report what they receive.
    private const string Launcher = """
        import json, os, signal, socket, struct, sys, time
        s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
        def say(**frame):
            data = json.dumps(frame).encode(); s.sendall(struct.pack("<I", len(data)) + data)
        say(type="hello", protocol=1, role="launcher", release="v1", name="launcher")
        s.recvmsg(14, 100)
        workers = []
        for n in range(2):
            pid = os.fork()
            if pid == 0:
                s.close()
                def end(*_): os.write(1, b"worker ends\n"); os._exit(0)
                signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[2] == "deaf" else end)
                os.write(1, f"worker runs {os.getpid()}\n".encode())
                while True: time.sleep(60)
            workers.append(pid)
        say(type="ready")
        say(type="state", state="accepting", workers=workers + [1, os.getppid()])
        sys.stdin.read()
        """;

    [Test]
    [CancelAfter(30_000)]
    public async Task Workers_of_a_killed_launcher_serve_until_another_zergling_accepts(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        using var launcher = HelperProcess.Python(Launcher, null, "", pool.Path, "obedient");
        var workers = await WorkersAsync(pool, launcher, cancel);
        launcher.Signal(Signum.SIGKILL);
        await pool.StateAsync(1, "orphaned", cancel);
        Assert.That(workers, Is.All.Matches<int>(IsAlive));
        var orphan = (await pool.ZerglingsAsync(cancel)).Single();
        Assert.That(
            orphan.GetProperty("workers").EnumerateArray().Select(one => one.GetInt32()), Is.EquivalentTo(workers));
        await pool.WaitForLineAsync("died; its 2 workers serve on", cancel);

        await using var heir = await pool.AttachAsync(cancel);
        await heir.ReadyAsync(cancel);
        await heir.OrdersAsync(cancel).OfType<ZergOrder.Resume>().FirstAsync(cancel);
        Assert.That(workers, Is.All.Matches<int>(IsAlive));
        Assert.That((await pool.ZerglingsAsync(cancel))[0].GetProperty("state").GetString(), Is.EqualTo("orphaned"));

        await heir.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        await pool.StateAsync(1, "gone", cancel);
        Assert.That(workers, Is.All.Matches<int>(pid => !IsAlive(pid)));
        await launcher.OutputEndAsync(cancel);
        Assert.That(launcher.Count("worker ends"), Is.EqualTo(2));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Workers_that_ignore_it_are_killed_after_the_mercy(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--worker-reload-mercy", "1s");
        using var launcher = HelperProcess.Python(Launcher, null, "", pool.Path, "deaf");
        var workers = await WorkersAsync(pool, launcher, cancel);
        launcher.Signal(Signum.SIGKILL);
        await pool.StateAsync(1, "orphaned", cancel);
        await using var heir = await pool.ServeAsync(cancel);

        await pool.StateAsync(1, "gone", cancel);
        Assert.That(workers, Is.All.Matches<int>(pid => !IsAlive(pid)));
        await PoolProcess.UntilAsync(() => pool.Process.Count("no mercy any more, SIGKILL") == 2, cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Orphans_that_end_by_themselves_are_gone(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        using var launcher = HelperProcess.Python(Launcher, null, "", pool.Path, "obedient");
        var workers = await WorkersAsync(pool, launcher, cancel);
        launcher.Signal(Signum.SIGKILL);
        await pool.StateAsync(1, "orphaned", cancel);
        foreach (var worker in workers)
            _ = Syscall.kill(worker, Signum.SIGKILL);

        await pool.StateAsync(1, "gone", cancel);
        await pool.WaitForLineAsync("nobody accepts any more", cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Orphans_are_stopped_by_order(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        using var launcher = HelperProcess.Python(Launcher, null, "", pool.Path, "obedient");
        await WorkersAsync(pool, launcher, cancel);
        launcher.Signal(Signum.SIGKILL);
        await pool.StateAsync(1, "orphaned", cancel);

        var refused = await RawPeer.OrderAsync(pool.Control, "resume", "launcher", cancel);
        Assert.That(refused.GetProperty("message").GetString(), Does.Contain("is orphaned: it cannot resume now"));
        var reply = await RawPeer.OrderAsync(pool.Control, "stop", "launcher", cancel);
        Assert.That(reply.GetProperty("exitCode").GetInt32(), Is.Zero);
        await launcher.OutputEndAsync(cancel);
        Assert.That(launcher.Count("worker ends"), Is.EqualTo(2));
    }

    private static async Task<List<int>> WorkersAsync(
        PoolProcess pool, HelperProcess launcher, CancellationToken cancel)
    {
        await pool.StateAsync(1, "accepting", cancel);
        await PoolProcess.UntilAsync(() => launcher.Count("worker runs") == 2, cancel);
        return [.. launcher.Lines.Select(line => int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture))];
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            // X: whoever was to wait for it does not want to.
            return PoolProcess.ProcStatus(pid, "State")[0] is not ("Z" or "X");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
