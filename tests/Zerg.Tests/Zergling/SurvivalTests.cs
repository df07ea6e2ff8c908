using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>What goes on when somebody is killed.</summary>
internal sealed class SurvivalTests : LauncherFixture
{
    private const string Wsgi = """
        def app(environ, start_response):
            start_response('200 OK', [('Content-Length', '2')])
            return [b'ok']
        """;

    [Test, CancelAfter(120_000)]
    public async Task Workers_that_log_serve_on_after_the_launcher_was_killed(CancellationToken cancel)
    {
        // 2,000 access log lines of some 140 bytes: four times what a pipe holds.
        const int requests = 2000;
        Script("app.py", Wsgi);
        var launcher = Launch(
            "--ready http:/ --processes 2", "/usr/bin/gunicorn", "-w", "1", "--access-logfile", "-", "app:app");
        await ReadyAsync(launcher, cancel);
        launcher.Signal(Signals.SIGKILL);
        await launcher.ExitAsync(cancel);

        var path = $"/{new string('x', 60)}";
        for (var i = 0; i < requests; i++)
            Assert.That(await GetAsync(Pool.Port, cancel, $"{path}{i}"), Is.EqualTo("ok"));

        // The keeper has passed on every line of them, still prefixed.
        await Poll.UntilAsync(
            () => launcher.Output.Lines.Count(line => line.Contains("xxx")) >= requests,
            () => $"{launcher.Output.Lines.Count} lines", cancel);
        Assert.That(launcher.Output.Lines.Count(line => line.Contains("xxx")), Is.EqualTo(requests));
        Assert.That(launcher.Output.Lines, Has.All.StartWith("[worker "));
        Assert.That(Workers(launcher).Select(ProcFiles.IsAlive), Is.All.True);
    }

    [Test, CancelAfter(30_000)]
    public async Task The_output_keeper_ends_with_the_last_worker(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sleep", "600");
        await ReadyAsync(launcher, cancel);
        var worker = Workers(launcher).Single();
        var directory = Path.GetDirectoryName(ProcFiles.Variable(worker, "NOTIFY_SOCKET"));
        var keeper = Keeper(launcher.Pid);
        await Poll.UntilAsync(() => Ignores(keeper, Signals.SIGTERM), () => "it does not ignore SIGTERM", cancel);
        launcher.Signal(Signals.SIGKILL);
        await launcher.ExitAsync(cancel);
        _ = Libc.kill(keeper, Signals.SIGTERM);
        Assert.That(ProcFiles.IsAlive(keeper), Is.True);

        using var handle = ProcessHandle.Open(keeper, ProcFiles.IsAlive)!;
        _ = Libc.kill(worker, Signals.SIGKILL);
        await EndedAsync(handle, cancel);
        Assert.That(Directory.Exists(directory), Is.False);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_killed_keeper_is_replaced_with_the_next_worker(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sleep", "600");
        await Pool.FrameAsync("ready", cancel);
        var keeper = Keeper(launcher.Pid);
        using var handle = ProcessHandle.Open(keeper, ProcFiles.IsAlive)!;
        _ = Libc.kill(keeper, Signals.SIGKILL);

        // One that is about to go is still there for the launcher.
        await EndedAsync(handle, cancel);
        launcher.Signal(Signals.SIGHUP);
        await launcher.ErrorAsync("new workers serving: 1", cancel);

        Assert.That(Keeper(launcher.Pid), Is.Not.EqualTo(keeper));
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_pool_that_vanishes_is_reported_once_and_serving_goes_on(CancellationToken cancel)
    {
        var script = Script("server.py", WorkerScripts.Server);
        var launcher = Launch("--ready notify", Python, script);
        await Pool.FrameAsync("ready", cancel);
        Pool.Vanish();
        await launcher.ErrorAsync("is gone, serving on", cancel);

        Assert.That(await GetAsync(Pool.Port, cancel), Is.EqualTo($"{Workers(launcher).Single()}"));
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
    }

    private static int Keeper(int launcher) => ProcFiles.All()
        .First(pid => ProcFiles.IsAlive(pid) && ProcessTable.Parent(pid) == launcher && IsKeeper(pid));

    private static bool IsKeeper(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains("keep-output", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // A worker that leaves is gone by now.
            return false;
        }
    }
}
