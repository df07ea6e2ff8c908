using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>Workers that die, and workers that are renewed.</summary>
internal sealed class RestartTests : LauncherFixture
{
    [Test, CancelAfter(30_000)]
    public async Task A_worker_that_dies_is_started_again_later_each_time(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sh", "-c", "until [ -e go ]; do sleep 0.05; done; exit 9");
        await Pool.FrameAsync("ready", cancel);
        Temporary.Write("go", "");
        foreach (var wait in (string[])["100ms", "200ms", "400ms"])
            await launcher.ErrorAsync($"ended with exit status 9, starting it again in {wait}", cancel);

        Assert.That(Pool.Frames.Lines.Count(line => line == "ready"), Is.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_killed_worker_is_named_with_its_signal_and_replaced(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms --processes 2", "sleep", "600");
        await ReadyAsync(launcher, cancel);
        var killed = Workers(launcher)[0];
        _ = Libc.kill(killed, Signals.SIGKILL);

        await launcher.ErrorAsync($"worker 1 (pid {killed}) ended with signal 9 (SIGKILL), starting it again", cancel);
        await launcher.Error.WaitAsync(
            line => line.Contains("worker 1 (pid ") && line.Contains("is ready") && !line.Contains($"(pid {killed})"),
            cancel);
        Assert.That(Workers(launcher), Has.Length.EqualTo(3));
    }

    [Test, CancelAfter(30_000)]
    public async Task While_no_worker_is_ready_the_pool_hears_that_nobody_accepts(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:1s --processes 2", "sleep", "600");
        await ReadyAsync(launcher, cancel);
        var workers = Workers(launcher);
        await Pool.FrameAsync($"state Accepting {workers[0]},{workers[1]}", cancel);
        var before = Pool.Frames.Lines.Count;
        foreach (var worker in workers)
            _ = Libc.kill(worker, Signals.SIGKILL);

        await Pool.Frames.WaitAsync(
            line => line.StartsWith("state Starting", StringComparison.Ordinal), cancel, before);
        var down = Pool.Frames.Lines.ToList().FindIndex(
            before, line => line.StartsWith("state Starting", StringComparison.Ordinal));
        await Pool.Frames.WaitAsync(
            line => line.StartsWith("state Accepting", StringComparison.Ordinal), cancel, down);
        Assert.That(Pool.Frames.Lines.Count(line => line == "ready"), Is.EqualTo(1));
    }

    [TestCase("delay:100ms")]
    [TestCase("http:/")]
    [CancelAfter(30_000)]
    public async Task A_directory_of_sockets_that_was_cleaned_away_is_made_anew(string ready)
    {
        var cancel = TestContext.CurrentContext.CancellationToken;
        Script("app.py", """
            def app(environ, start_response):
                start_response('204 No Content', [])
                return []
            """);
        var launcher = Run(
            ["--zerg", Pool.Path, "--ready", ready, "--processes", "2", "--", "/usr/bin/gunicorn", "app:app"],
            new Dictionary<string, string?> { ["TMPDIR"] = Temporary.Path });
        await ReadyAsync(launcher, cancel);
        var workers = Workers(launcher);
        var directory = Path.GetDirectoryName(ProcFiles.Variable(workers[0], "NOTIFY_SOCKET"))!;
        Assert.That(directory, Does.StartWith(Temporary.Path));
        Directory.Delete(directory, recursive: true);
        _ = Libc.kill(workers[0], Signals.SIGKILL);

        await launcher.Error.WaitAsync(
            line => line.Contains("worker 1 (pid ") && line.Contains("is ready") && !line.Contains($"(pid {workers[0]})"),
            cancel);
        Assert.That(ProcFiles.IsAlive(workers[1]), Is.True);
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        Assert.That(Directory.GetDirectories(Temporary.Path, "zergling-*"), Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_directory_of_sockets_that_is_gone_at_the_end_does_not_matter(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sleep", "600");
        await ReadyAsync(launcher, cancel);
        Directory.Delete(
            Path.GetDirectoryName(ProcFiles.Variable(Workers(launcher).Single(), "NOTIFY_SOCKET"))!, recursive: true);
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        Assert.That(launcher.Error.Lines, Has.None.Contains("something went wrong"));
    }

    [Test, CancelAfter(60_000)]
    public async Task SIGHUP_starts_new_workers_before_the_old_ones_leave(CancellationToken cancel)
    {
        var script = Script("server.py", WorkerScripts.Server);
        var launcher = Launch("--ready notify --processes 2", Python, script);
        await ReadyAsync(launcher, cancel);
        var old = Workers(launcher);
        var seen = new HashSet<string>();
        for (var renewal = 1; renewal <= 2; renewal++)
        {
            launcher.Signal(Signals.SIGHUP);
            while (launcher.Error.Lines.Count(line => line.Contains("left with exit status 0")) < 2 * renewal)
                seen.Add(await GetAsync(Pool.Port, cancel));
        }

        for (var i = 0; i < 50; i++)
            seen.Add(await GetAsync(Pool.Port, cancel));
        var workers = Workers(launcher);
        Assert.That(workers, Has.Length.EqualTo(6));
        Assert.That(workers.Select(pid => $"{pid}"), Is.SupersetOf(seen));
        Assert.That(old.Select(ProcFiles.IsAlive), Is.All.False);
        await Pool.FrameAsync($"state Accepting {workers[4]},{workers[5]}", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_renewal_that_fails_leaves_the_old_workers_alone(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:1s", "sh", "-c", "[ -e broken ] && exit 3; exec sleep 600");
        await Pool.FrameAsync("ready", cancel);
        Temporary.Write("broken", "");
        launcher.Signal(Signals.SIGHUP);

        await launcher.ErrorAsync(
            "renewal failed, the old workers stay: worker 1 ended with exit status 3 before it was ready", cancel);
        Assert.That(ProcFiles.IsAlive(Workers(launcher)[0]), Is.True);

        File.Delete(Temporary.File("broken"));
        launcher.Signal(Signals.SIGHUP);
        await launcher.ErrorAsync("new workers serving: 1", cancel);
        Assert.That(launcher.HasExited, Is.False);
    }

    [Test, CancelAfter(60_000)]
    public async Task SIGHUPs_during_a_renewal_become_one_more(CancellationToken cancel)
    {
        // The new worker is not ready before all three have been heard.
        var script = Script("notifier.py", WorkerScripts.Notifier);
        Temporary.Write("go", "");
        var launcher = Launch(
            "--ready notify", "sh", "-c",
            $"until [ -e go ]; do sleep 0.05; done; exec {Python} {script} READY=1");
        await Pool.FrameAsync("ready", cancel);
        File.Delete(Temporary.File("go"));
        for (var i = 1; i <= 3; i++)
        {
            var from = launcher.Error.Lines.Count;
            launcher.Signal(Signals.SIGHUP);
            await launcher.Error.WaitAsync(
                line => line.Contains(i == 1 ? "renewing the workers: SIGHUP" : "remembered"), cancel, from);
        }

        Temporary.Write("go", "");
        var again = await launcher.ErrorAsync("renewing the workers: it was asked for meanwhile", cancel);
        await launcher.Error.WaitAsync(
            line => line.Contains("new workers serving"), cancel, launcher.Error.Lines.ToList().IndexOf(again));
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        Assert.That(Workers(launcher), Has.Length.EqualTo(3));
    }

    [Test, CancelAfter(30_000)]
    public async Task New_sockets_of_the_pool_renew_the_workers(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sleep", "600");
        await Pool.FrameAsync("ready", cancel);
        await Pool.AddAsync("web-2", cancel);

        await launcher.ErrorAsync("new workers serving: 1", cancel);
        Assert.That(ProcFiles.Variable(Workers(launcher)[1], "LISTEN_FDNAMES"), Is.EqualTo("web-1:web-2"));
        await Pool.OrderAsync(new SocketsFrame { Removed = ["web-1"] }, cancel);
        await launcher.Error.WaitAsync(
            line => line.Contains("new workers serving"), cancel,
            launcher.Error.Lines.ToList().FindIndex(line => line.Contains("new workers serving")) + 1);
        Assert.That(ProcFiles.Variable(Workers(launcher)[2], "LISTEN_FDNAMES"), Is.EqualTo("web-2"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_pause_order_is_ignored_aloud(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sleep", "600");
        await Pool.FrameAsync("ready", cancel);
        await Pool.OrderAsync(new PauseFrame(), cancel);

        await launcher.ErrorAsync("a launcher cannot pause its workers, ignoring", cancel);
    }
}
