using System.Globalization;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>The pool signals what a peer names, and what holds its sockets, only if it is proven to be the peer's.</summary>
[Parallelizable]
[Category("Root")]
[CancelAfter(60_000)]
internal sealed class SignalTests
{
    private const uint Nobody = 65534;

    // What both kinds of a helper begin with: it says what it receives, and by SIGWINCH that it has received all before.
    private const string Sleeper = """
        import os, signal, sys
        def run(name):
            signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"SIGTERM to " + name + b"\n"))
            signal.signal(signal.SIGWINCH, lambda *_: os.write(1, name + b" has had its signals\n"))
            os.write(1, name + b" is pid %d\n" % os.getpid())
            while True: signal.pause()

        """;

    private const string Session = """
        import json, socket, struct
        def attach(path):
            global s
            s = socket.socket(socket.AF_UNIX); s.connect(path)
        def say(**frame):
            data = json.dumps(frame).encode(); s.sendall(struct.pack("<I", len(data)) + data)
        def serve(role, *workers):
            say(type="hello", protocol=1, role=role, release="v1", name="peer")
            s.recvmsg(14, 100)
            say(type="ready")
            say(type="state", state="accepting", workers=workers)

        """;

    [SetUp]
    public void OnlyAsRoot() => Assume.That(Syscall.geteuid(), Is.Zero, "these tests make namespaces and change the user");

    [Test]
    public async Task A_peer_of_another_pid_namespace_has_no_workers(CancellationToken cancel)
    {
        // The first process of the pool's namespace, and one that entered it later: the parent of both is 0 there.
        const string init = Sleeper + """
            import subprocess
            subprocess.Popen(sys.argv[1:], start_new_session=True)
            run(b"init")
            """;
        const string visitor = Sleeper + "run(b'visitor')";
        using var directory = new TemporaryDirectory();
        var path = directory.File("pool.sock");
        using var pool = HelperProcess.Start(
            "unshare",
            [
                "--pid", "--fork", "--mount-proc", "--kill-child", "/usr/bin/python3", "-u", "-c", init, "dotnet",
                PoolProcess.Program, "--zerg-pool", $"{path}:127.0.0.1:0", "--worker-reload-mercy", "1s",
            ]);
        await pool.WaitForLineAsync(" holds ", cancel);
        await pool.WaitForLineAsync("init is pid 1", cancel);
        var first = ProcessTable.All().Single(pid => ProcessTable.Parent(pid) == pool.Pid);
        using var entered = HelperProcess.Start(
            "nsenter", ["--target", $"{first}", "--pid", "/usr/bin/python3", "-u", "-c", visitor]);
        var number = Number(await entered.WaitForLineAsync("visitor is pid", cancel));

        var peer = await ServeAsync(path, "launcher", [1, number], cancel);
        var zergling = (await ZerglingsAsync(path, cancel)).Single();
        Assert.That(zergling.GetProperty("pid").GetInt32(), Is.Zero);
        Proof.Refused(zergling.GetProperty("workers").GetArrayLength(), Is.Zero);
        peer.Dispose();
        await pool.WaitForLineAsync("its session ended without a bye", cancel);
        using var next = await ServeAsync(path, "next", [], cancel);

        var inside = ProcessTable.All().Single(pid => ProcessTable.Parent(pid) == entered.Pid);
        foreach (var process in new[] { first, inside })
            _ = Syscall.kill(process, Signum.SIGWINCH);
        await pool.WaitForLineAsync("init has had its signals", cancel);
        await entered.WaitForLineAsync("visitor has had its signals", cancel);
        Proof.Refused(pool.Count("SIGTERM to") + entered.Count("SIGTERM to"), Is.Zero);
    }

    // The pool is the peer's own child, or descends from it.
    [TestCase("exec \"$@\"")]
    [TestCase("\"$@\"; exit")]
    public async Task A_process_that_is_not_the_peers_to_end_is_not_its_worker(string start, CancellationToken cancel)
    {
        const string launcher = Sleeper + Session + """
            import subprocess
            pool = subprocess.Popen(["sh", "-c", sys.argv[2], "sh", *sys.argv[3:]], start_new_session=True)
            sys.stdin.readline()
            worker = os.fork()
            if worker == 0: run(b"worker")
            stranger = subprocess.Popen(["sh", "-c", "sleep 600 & echo grandchild is pid $!; wait"], start_new_session=True)
            grandchild = int(sys.stdin.readline())
            attach(sys.argv[1])
            serve("launcher", worker, pool.pid, os.getpid(), os.getppid(), 1, grandchild)
            sys.stdin.read()
            """;
        using var directory = new TemporaryDirectory();
        var path = directory.File("pool.sock");
        using var peer = HelperProcess.Python(
            launcher, null, "", path, start, "dotnet", PoolProcess.Program, "--zerg-pool", $"{path}:127.0.0.1:0");
        var started = new List<int>();
        try
        {
            await peer.WaitForLineAsync(" holds ", cancel);
            await peer.WriteAsync("the pool is there");
            var worker = Number(await peer.WaitForLineAsync("worker is pid", cancel));
            await peer.WriteAsync($"{Number(await peer.WaitForLineAsync("grandchild is pid", cancel))}");
            await AcceptingAsync(path, 1, cancel);
            Proof.Refused(Workers((await ZerglingsAsync(path, cancel)).Single()), Is.EqualTo(new[] { worker }));

            // Of a process that is gone its descendants are not known any more.
            started.AddRange(ProcessTable.Family(peer.Pid).Where(pid => pid != peer.Pid));
            peer.Signal(Signum.SIGKILL);
            await peer.WaitForLineAsync("died; its 1 workers serve on", cancel);
            using var next = await ServeAsync(path, "next", [], cancel);
            await peer.WaitForLineAsync("SIGTERM to worker", cancel);
            Assert.That(await ZerglingsAsync(path, cancel), Is.Not.Empty);
        }
        finally
        {
            ProcessTree.End([peer.Pid, .. started]);
        }
    }

    [Test]
    public async Task A_worker_that_the_peer_could_not_signal_itself_is_not_signalled_for_it(CancellationToken cancel)
    {
        // Children of root, and one that takes root's permissions again later, as su(1) does.
        const string launcher = Sleeper + Session + """
            foreign = os.fork()
            if foreign == 0: run(b"foreign")
            rising = os.fork()
            if rising == 0:
                def rise(*_): os.setresuid(0, 0, 0); os.write(1, b"rising is root\n")
                signal.signal(signal.SIGUSR1, rise)
                os.setresuid(65534, 65534, 0)
                run(b"rising")
            os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
            own = os.fork()
            if own == 0: run(b"own")
            attach(sys.argv[1])
            sys.stdin.readline()
            serve("launcher", foreign, rising, own)
            sys.stdin.read()
            """;
        await using var pool = await PoolProcess.StartAsync(cancel, "--allow-uid", $"{Nobody}", "--worker-reload-mercy", "1s");
        using var peer = HelperProcess.Python(launcher, null, "", pool.Path);
        var started = new List<int>();
        try
        {
            foreach (var name in new[] { "foreign", "rising", "own" })
                started.Add(Number(await peer.WaitForLineAsync($"{name} is pid", cancel)));
            await peer.WriteAsync("all are there");
            await pool.StateAsync(1, "accepting", cancel);
            Proof.Refused(Workers((await pool.ZerglingsAsync(cancel)).Single()), Is.EquivalentTo(started[1..]));

            _ = Syscall.kill(started[1], Signum.SIGUSR1);
            await peer.WaitForLineAsync("rising is root", cancel);
            peer.Signal(Signum.SIGKILL);
            await pool.StateAsync(1, "orphaned", cancel);
            await using var next = await pool.ServeAsync(cancel);
            await peer.WaitForLineAsync("SIGTERM to own", cancel);
            await pool.WaitForLineAsync($"not signalling pid {started[1]}: uid {Nobody}, which attached, may not signal it", cancel);

            foreach (var pid in started[..2])
                Proof.Refused(ProcFiles.IsAlive(pid), Is.True);
            _ = Syscall.kill(started[0], Signum.SIGWINCH);
            _ = Syscall.kill(started[1], Signum.SIGWINCH);
            await peer.WaitForLineAsync("foreign has had its signals", cancel);
            await peer.WaitForLineAsync("rising has had its signals", cancel);
            Proof.Refused(
                peer.Lines.Where(line => line.StartsWith("SIGTERM", StringComparison.Ordinal)),
                Is.EqualTo(new[] { "SIGTERM to own" }));
        }
        finally
        {
            ProcessTree.End([peer.Pid, .. started]);
        }
    }

    [Test]
    public async Task A_peer_that_has_become_root_since_it_attached_is_not_killed_by_force(CancellationToken cancel)
    {
        const string app = Session + """
            import os, sys
            os.setresuid(0, 65534, 0)
            attach(sys.argv[1])
            os.setresuid(0, 0, 0)
            serve("app")
            sys.stdin.read()
            """;
        await using var pool = await PoolProcess.StartAsync(cancel, "--allow-uid", $"{Nobody}", "--worker-reload-mercy", "1s");
        using var peer = HelperProcess.Python(app, null, "", pool.Path);
        await pool.StateAsync(1, "accepting", cancel);
        Assert.That((await pool.ZerglingsAsync(cancel))[0].GetProperty("uid").GetInt32(), Is.EqualTo(Nobody));
        var order = RawPeer.OrderAsync(pool.Control, "stop", "1", cancel);
        var told = await pool.WaitForLineAsync($"not signalling pid {peer.Pid}", cancel);

        Proof.Refused(told, Does.EndWith($"uid {Nobody}, which attached, may not signal it"));
        Proof.Refused(ProcFiles.IsAlive(peer.Pid), Is.True);
        peer.Signal(Signum.SIGKILL);
        await order;
    }

    // A process of another user, and one that was there before the peer, to which it has passed the sockets.
    [TestCase(65534)]
    [TestCase(0)]
    public async Task A_holder_of_the_sockets_that_cannot_be_a_child_of_the_peer_is_not_its_heir(
        int user, CancellationToken cancel)
    {
        const string holder = """
            import array, os, signal, socket, sys, time
            started = int(open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19])
            while time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK") < started + 3: pass
            ours, theirs = socket.socketpair()
            if os.fork() == 0:
                user = int(sys.argv[2])
                os.setresuid(user, user, user)
                s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
                data, control, flags, _ = s.recvmsg(14, socket.CMSG_SPACE(40))
                theirs.sendmsg([b"x"], control)
                theirs.close()
                s.close()
                sys.stdin.readline()
                os._exit(0)
            theirs.close()
            ours.recvmsg(1, socket.CMSG_SPACE(40))
            print("holds the sockets")
            signal.pause()
            """;
        await using var pool = await PoolProcess.StartAsync(cancel, "--allow-uid", $"{Nobody}");
        using var helper = HelperProcess.Python(holder, null, "", pool.Path, $"{user}");
        await helper.WaitForLineAsync("holds the sockets", cancel);
        await pool.StateAsync(1, "accepting", cancel);
        var pid = (await pool.ZerglingsAsync(cancel))[0].GetProperty("pid").GetInt32();
        Assert.That(ProcessTable.Parent(pid), Is.EqualTo(helper.Pid));

        await helper.WriteAsync("the peer may end");
        await PoolProcess.UntilAsync(
            async () => (await pool.ZerglingsAsync(cancel)).All(one => one.GetProperty("pid").GetInt32() != pid), cancel);
        Proof.Refused((await pool.ZerglingsAsync(cancel)).Select(one => one.GetProperty("pid").GetInt32()), Is.Empty);
        Assert.That(ProcFiles.IsAlive(helper.Pid), Is.True);
    }

    // Some process passed it the sockets, and no record names it.
    [Test]
    public async Task A_holder_of_the_sockets_that_a_pool_finds_after_a_crash_is_shown_and_not_signalled(
        CancellationToken cancel)
    {
        const string stranger = """
            import os, signal, socket, sys
            s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
            hello = b'{"type":"hello","protocol":1,"role":"app","release":"v1","name":"giver"}'
            s.sendall(len(hello).to_bytes(4, "little") + hello)
            s.recvmsg(14, socket.CMSG_SPACE(40))
            if os.fork() != 0: os._exit(0)
            s.close()
            os.setsid()
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: os.write(1, b"was signalled\n"))
            signal.signal(signal.SIGWINCH, lambda *_: os.write(1, b"has had its signals\n"))
            print("stranger is pid", os.getpid())
            while True: signal.pause()
            """;
        await using var pool = await PoolProcess.StartAsync(cancel, "--worker-reload-mercy", "1s");
        using var giver = HelperProcess.Python(stranger, null, "", pool.Path);
        var pid = Number(await giver.WaitForLineAsync("stranger is pid", cancel));
        try
        {
            await pool.StateAsync(1, "gone", cancel);
            var address = (await pool.StatusAsync(cancel)).GetProperty("sockets")[0].GetProperty("address").GetString();
            pool.Process.Signal(Signum.SIGKILL);
            await pool.Process.ExitAsync(cancel);
            await using var next = await PoolProcess.StartInAsync(
                pool.Directory, ["--zerg-pool", $"DIR/pool.sock:{address}", "--worker-reload-mercy", "1s"], null, cancel);
            await PoolProcess.UntilAsync(
                async () => (await next.ZerglingsAsync(cancel)).Any(one => one.GetProperty("pid").GetInt32() == pid), cancel);
            next.Process.Signal(Signum.SIGKILL);
            await next.Process.ExitAsync(cancel);

            // Nor has that pool written it down as one of its own.
            await using var last = await PoolProcess.StartInAsync(
                pool.Directory, ["--zerg-pool", $"DIR/pool.sock:{address}", "--worker-reload-mercy", "1s"], null, cancel);
            await PoolProcess.UntilAsync(
                async () => (await last.ZerglingsAsync(cancel)).Any(one => one.GetProperty("pid").GetInt32() == pid), cancel);
            var id = (await last.ZerglingsAsync(cancel)).Single().GetProperty("id").GetInt32();
            var reply = await RawPeer.OrderAsync(last.Control, "stop", $"{id}", cancel);

            Proof.Refused(
                reply.GetProperty("message").GetString(), Does.EndWith("and no record names it: end it by hand"));
            Assert.That(reply.GetProperty("exitCode").GetInt32(), Is.EqualTo(ExitCodes.Failed));
            _ = Syscall.kill(pid, Signum.SIGWINCH);
            await giver.WaitForLineAsync("has had its signals", cancel);
            Proof.Refused(giver.Count("was signalled"), Is.Zero);
        }
        finally
        {
            ProcessTree.End([pid]);
        }
    }

    private static async Task<RawPeer> ServeAsync(
        string path, string name, IReadOnlyList<int> workers, CancellationToken cancel)
    {
        var peer = await RawPeer.GreetedAsync(path, cancel);
        await peer.HelloAsync(cancel, role: workers.Count > 0 ? ZerglingRole.Launcher : ZerglingRole.App, name: name);
        await peer.SendAsync(new ReadyFrame(), cancel);
        await peer.SendAsync(new StateFrame { State = ZerglingState.Accepting, Workers = workers }, cancel);
        await PoolProcess.UntilAsync(
            async () => (await ZerglingsAsync(path, cancel)).Any(one => one.GetProperty("name").GetString() == name
                && one.GetProperty("state").GetString() == "accepting"), cancel);
        return peer;
    }

    private static Task AcceptingAsync(string path, int id, CancellationToken cancel) => PoolProcess.UntilAsync(
        async () => (await ZerglingsAsync(path, cancel)).Any(one => one.GetProperty("id").GetInt32() == id
            && one.GetProperty("state").GetString() == "accepting"), cancel);

    private static async Task<System.Text.Json.JsonElement[]> ZerglingsAsync(string path, CancellationToken cancel) =>
    [
        .. (await RawPeer.OrderAsync(path + ".ctl", "status", null, cancel)).GetProperty("status").GetProperty("zerglings")
            .EnumerateArray(),
    ];

    private static IEnumerable<int> Workers(System.Text.Json.JsonElement zergling)
        => zergling.GetProperty("workers").EnumerateArray().Select(one => one.GetInt32());

    private static int Number(string line) => int.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
}
