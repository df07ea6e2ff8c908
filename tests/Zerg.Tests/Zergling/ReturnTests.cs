using System.Diagnostics;
using System.Text;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.AspNetCore;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>
/// What the launcher does when its pool was killed and comes back, with the sockets of its zerglings alone.
/// </summary>
internal sealed class ReturnTests : LauncherFixture
{
    private AppPool _pool = null!;

    [SetUp]
    public void OpenPool() => _pool = new AppPool("http");

    [TearDown]
    public void ClosePool() => _pool.Dispose();

    [Test, CancelAfter(60_000)]
    public async Task A_pool_that_comes_back_is_told_everything_and_offered_the_sockets(CancellationToken cancel)
    {
        var inode = _pool.Listener.Inode;
        var launcher = Serve();
        var first = await _pool.AcceptAsync(cancel);
        var begun = await first.ExpectAsync<HelloFrame>(cancel);
        await AcceptsAsync(first, cancel);
        await first.OrderAsync(new ResumeFrame { Generation = 4 });
        await first.ExpectStateAsync(ZerglingState.Accepting, cancel);
        first.Dispose();
        _pool.Die();
        await launcher.ErrorAsync("is gone, serving on until it is back", cancel);
        Assert.That(await GetAsync(_pool.Port, cancel), Is.EqualTo($"{Workers(launcher).Single()}"));

        _pool.Rise();
        var (session, again) = await _pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            var expected = begun with { State = ZerglingState.Accepting, Generation = 4, Session = 1 };
            Assert.That(again, Is.EqualTo(expected with { Holds = again.Holds }));
            Assert.That(again.Holds, Is.EqualTo([_pool.Info(0).Address]));
            var (offered, descriptors) = await session.ExpectOfferAsync(cancel);
            Assert.That(offered, Is.EqualTo([_pool.Info(0)]));
            Assert.That(descriptors.Single().Inode, Is.EqualTo(inode));

            await session.WelcomeAsync(7, offered, descriptors);
            await session.ExpectAsync<ReadyFrame>(cancel);
            var state = await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
            Assert.That(state.Workers, Is.EqualTo(Workers(launcher)));
            await launcher.ErrorAsync("is back", cancel);
            Assert.That(await GetAsync(_pool.Port, cancel), Is.EqualTo($"{Workers(launcher).Single()}"));

            launcher.Signal(Signals.SIGTERM);
            await session.ExpectStateAsync(ZerglingState.Draining, cancel);
            await session.ExpectAsync<ByeFrame>(cancel);
            Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        }

        Assert.That(launcher.Error.Lines.Count(line => line.Contains("is gone")), Is.EqualTo(1));
        Assert.That(launcher.Error.Lines.Count(line => line.Contains("is back")), Is.EqualTo(2));
        Assert.That(launcher.Error.Lines, Has.None.Contains("renewing"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Other_sockets_renew_the_workers(CancellationToken cancel)
    {
        var launcher = Serve();
        using (var first = await _pool.AcceptAsync(cancel))
            await AcceptsAsync(first, cancel);
        await launcher.ErrorAsync("is gone", cancel);
        _pool.Bind("http");

        using var session = await _pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await launcher.ErrorAsync($"renewing the workers: the sockets of {_pool.Path} changed", cancel);
        await launcher.ErrorAsync("new workers serving: 1", cancel);
        Assert.That(
            ProcFiles.Variable(Workers(launcher)[^1], "LISTEN_FDNAMES"),
            Is.EqualTo($"{_pool.Info(0).Name}:{_pool.Info(1).Name}"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Signals_are_obeyed_while_the_pool_hangs_in_its_greeting(CancellationToken cancel)
    {
        var launcher = Serve();
        using (var first = await _pool.AcceptAsync(cancel))
            await AcceptsAsync(first, cancel);
        using var hanging = await _pool.ConnectedAsync(cancel);

        launcher.Signal(Signals.SIGHUP);
        await launcher.ErrorAsync("new workers serving: 1", cancel);
        await launcher.ErrorAsync("left with", cancel);
        Assert.That(await GetAsync(_pool.Port, cancel), Is.EqualTo($"{Workers(launcher)[^1]}"));
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_pool_that_refuses_is_told_of_once_a_reason_and_asked_slowly(CancellationToken cancel)
    {
        var launcher = Serve();
        using (var first = await _pool.AcceptAsync(cancel))
            await AcceptsAsync(first, cancel);
        var times = new List<long>();
        foreach (var reason in (string[])["no room", "no room", "no place"])
        {
            var (session, _) = await _pool.AcceptEmptyAsync(cancel);
            times.Add(Stopwatch.GetTimestamp());
            using (session)
                await session.OrderAsync(new StopFrame { Reason = reason, ExitCode = 75 });
        }

        await launcher.ErrorAsync("cannot be used, serving on without it: no place", cancel);
        var (last, _) = await _pool.AcceptEmptyAsync(cancel);
        using (last)
        {
            await last.WelcomeAsync(2, [_pool.Info(0)], [_pool.Listener]);
            await last.ExpectStateAsync(ZerglingState.Accepting, cancel);
            await launcher.ErrorAsync("is back", cancel);
        }

        Assert.That(launcher.Error.Lines.Count(line => line.Contains("no room")), Is.EqualTo(1));
        Assert.That(launcher.Error.Lines.Count(line => line.Contains("is gone")), Is.LessThanOrEqualTo(2));
        Assert.That(
            times.Zip(times.Skip(1), Stopwatch.GetElapsedTime), Is.All.GreaterThan(PoolFollower.LongestWait * 0.45));
        Assert.That(launcher.HasExited, Is.False);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_pool_that_welcomes_and_refuses_then_does_not_end_the_service(CancellationToken cancel)
    {
        var launcher = Serve();
        using (var first = await _pool.AcceptAsync(cancel))
            await AcceptsAsync(first, cancel);
        using (var refusing = await _pool.AcceptAsync(cancel))
        {
            await AcceptsAsync(refusing, cancel);
            await refusing.OrderAsync(new StopFrame { Reason = "no offers, please", ExitCode = 1 });
        }

        await launcher.ErrorAsync("cannot be used, serving on without it: no offers, please", cancel);
        using var session = await _pool.AcceptAsync(cancel);
        await AcceptsAsync(session, cancel);
        await session.OrderAsync(new StopFrame { Reason = "overtaken", ExitCode = 75 });
        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(75));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_pool_that_never_greets_is_asked_less_and_less_often(CancellationToken cancel)
    {
        var launcher = Serve();
        using (var first = await _pool.AcceptAsync(cancel))
            await AcceptsAsync(first, cancel);
        var began = Stopwatch.GetTimestamp();
        foreach (var words in (string[])["", "uwsgi-zer", "", "uwsgi-zer", "", "SSH-2.0-OpenSSH\r\n", "", "uwsgi-"])
        {
            using var connected = await _pool.ConnectedAsync(cancel);
            await connected.SendAsync(Encoding.ASCII.GetBytes(words), cancel);
        }

        // At the least half of 100, 200, 400, 800, 1600, 2000 and 2000 ms between the eight.
        Assert.That(Stopwatch.GetElapsedTime(began).TotalMilliseconds, Is.GreaterThan(3500));
        using var session = await _pool.AcceptAsync(cancel);
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        await launcher.ErrorAsync("is back", cancel);
        Assert.That(launcher.Error.Lines.Count(line => line.Contains(_pool.Path)), Is.LessThanOrEqualTo(4));
    }

    [Test, CancelAfter(60_000), Category("Root")]
    public async Task Sockets_are_offered_to_nobody_of_another_user(CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "this test changes the user");
        var launcher = Serve();
        using (var first = await _pool.AcceptAsync(cancel))
            await AcceptsAsync(first, cancel);
        _pool.Vanish();
        File.SetUnixFileMode(Path.GetDirectoryName(_pool.Path)!, (UnixFileMode)0b001_111_111_111);
        var thief = Keep(ChildProcess.Start(
            "setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", Python, "-c", """
                import socket, struct, sys
                s = socket.socket(socket.AF_UNIX)
                s.bind(sys.argv[1])
                s.listen()
                for _ in range(2):
                    c, _ = s.accept()
                    c.sendall(b'uwsgi-zerg' + struct.pack('=i', 0))
                    got, stolen = b'', 0
                    while True:
                        data, descriptors, _, _ = socket.recv_fds(c, 65536, 253)
                        got += data
                        stolen += len(descriptors)
                        if not data: break
                    print('got', stolen, b'hello' in got, b'offer' in got, flush=True)
                """, _pool.Path]));
        await thief.OutputAsync("got", cancel);
        Assert.That(await thief.ExitAsync(cancel), Is.Zero);
        Assert.That(thief.Output.Lines, Has.All.EqualTo("got 0 True False"));

        await launcher.ErrorAsync("a process of uid 65534 asks for the sockets there", cancel);
        File.Delete(_pool.Path);
        _pool.Rise();
        var (session, _) = await _pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            var (offered, descriptors) = await session.ExpectOfferAsync(cancel);
            await session.WelcomeAsync(2, offered, descriptors);
            await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        }

        Assert.That(launcher.Error.Lines.Count(line => line.Contains("65534")), Is.EqualTo(1));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_newcomer_waits_until_the_pool_has_its_sockets(CancellationToken cancel)
    {
        var launcher = Serve();
        var (session, hello) = await _pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            Assert.That((hello.State, hello.Holds.Count), Is.EqualTo((ZerglingState.Starting, 0)));
            await session.WelcomeAsync(1, [_pool.Info(0)], [_pool.Listener]);
            await AcceptsAsync(session, cancel);
            Assert.That(session.Received.OfType<OfferFrame>(), Is.Empty);
            await launcher.ErrorAsync("ready, workers serving: 1", cancel);
            Assert.That(await GetAsync(_pool.Port, cancel), Is.EqualTo($"{Workers(launcher).Single()}"));
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task A_launcher_that_was_told_to_stop_seeks_nobody(CancellationToken cancel)
    {
        var launcher = Keep(ChildProcess.Start(
            "dotnet",
            [
                ProgramFiles.Zergling, "--zerg", _pool.Path, "--ready", "delay:100ms", "--worker-reload-mercy", "2s",
                "--", Python, "-c", WorkerScripts.Deaf,
            ]));
        using (var session = await _pool.AcceptAsync(cancel))
        {
            await AcceptsAsync(session, cancel);
            await session.OrderAsync(new StopFrame { Reason = "enough", ExitCode = 75 });
            await session.ExpectStateAsync(ZerglingState.Draining, cancel);
        }

        using var connecting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var connected = _pool.ConnectedAsync(connecting.Token);
        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(75));
        Assert.That(connected.IsCompleted, Is.False);
        await connecting.CancelAsync();
        Assert.That(async () => await connected, Throws.InstanceOf<OperationCanceledException>());
    }

    private ChildProcess Serve() => Run(
        [
            "--zerg", _pool.Path, "--release", "r1", "--ready", "notify", "--",
            Python, Script("server.py", WorkerScripts.Server),
        ]);

    private static async Task AcceptsAsync(AppSession session, CancellationToken cancel)
    {
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
    }
}
