using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>When a worker counts as ready, and what is said when it does not.</summary>
internal sealed class ReadinessTests : LauncherFixture
{
    private const string Wsgi = """
        hosts = []
        def app(environ, start_response):
            host = environ['HTTP_HOST']
            ok = environ['PATH_INFO'] != '/health' or host == 'example.org'
            start_response('204 No Content' if ok else '500 Wrong Host', [])
            print('asked', environ['PATH_INFO'], host, flush=True)
            return []
        """;

    [Test, CancelAfter(30_000)]
    public async Task Notify_waits_for_the_word_of_the_worker(CancellationToken cancel)
    {
        var script = Script("notifier.py", WorkerScripts.Notifier);
        var launcher = Launch("--ready notify", Python, script, "STATUS=warming", "READY=1\nSTATUS=warm");

        await Pool.FrameAsync("ready", cancel);
        await launcher.ErrorAsync("worker 1 says: warming", cancel);
        await Pool.FrameAsync($"state Accepting {Workers(launcher).Single()}", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task Notify_believes_a_descendant_in_another_group(CancellationToken cancel)
    {
        var script = Script("notifier.py", WorkerScripts.Notifier);
        var launcher = Launch("--ready notify", "sh", "-c", $"setsid {Python} {script} READY=1 & wait");

        await Pool.FrameAsync("ready", cancel);
        var descendant = int.Parse((await launcher.OutputAsync("told by", cancel)).Split(' ')[^1]);
        Assert.That(Libc.kill(descendant, Signals.SIGKILL), Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task Notify_ignores_a_stranger(CancellationToken cancel)
    {
        var script = Script("notifier.py", WorkerScripts.Notifier);
        var launcher = Launch("--ready notify --ready-timeout 10s", Python, script, "STATUS=loading");
        await launcher.OutputAsync("told", cancel);
        await launcher.ErrorAsync("worker 1 started", cancel);
        var socket = ProcFiles.Variable(Workers(launcher).Single(), "NOTIFY_SOCKET");
        Keep(ChildProcess.Start(
            Python, [script, "READY=1"], new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = socket }));

        await launcher.ErrorAsync("does not belong to worker 1", cancel);
        Assert.That(
            await Pool.FrameAsync("failed", cancel),
            Does.StartWith("failed worker 1 was not ready within 10s: it did not send READY=1 to NOTIFY_SOCKET; "
                + "its last status: loading | told"));
        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task Http_asks_gunicorn_on_its_probe_with_the_host_given(CancellationToken cancel)
    {
        Script("app.py", Wsgi);
        var launcher = Launch("--ready http://example.org/health", "/usr/bin/gunicorn", "-w", "1", "app:app");

        await ReadyAsync(launcher, cancel);
        await launcher.OutputAsync("asked /health example.org", cancel);
        Assert.That(
            ProcFiles.Variable(Workers(launcher).Single(), "LISTEN_FDNAMES"), Is.EqualTo("web-1:probe"));
        Assert.That(await GetAsync(Pool.Port, cancel), Is.Empty);
    }

    [Test, CancelAfter(60_000)]
    public async Task Http_takes_no_error_for_an_answer(CancellationToken cancel)
    {
        Script("app.py", Wsgi);
        var launcher = Launch("--ready http:/health --ready-timeout 10s", "/usr/bin/gunicorn", "-w", "1", "app:app");

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
        Assert.That(
            await Pool.FrameAsync("failed", cancel),
            Does.Contain("http:/health on its probe socket gave 'HTTP/1.1 500 Wrong Host'"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Http_says_that_a_server_of_one_descriptor_cannot_answer(CancellationToken cancel)
    {
        var script = Script("server.py", WorkerScripts.Server);
        var launcher = Launch("--ready http:/ --ready-timeout 1s", Python, script);

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
        Assert.That(
            await launcher.ErrorAsync("zergling: ", cancel),
            Does.Contain("(uvicorn --fd, node) cannot answer a probe and needs ready 'notify', 'delay:DURATION'"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Delay_and_start_wait_and_then_look(CancellationToken cancel)
    {
        foreach (var ready in (string[])["start", "delay:3s"])
        {
            using var pool = new ScriptedPool(Temporary.File(ready[..5]));
            var launcher = Run(["--zerg", pool.Path, "--ready", ready, "--", "sh", "-c", "exit 4"]);

            Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
            Assert.That(await pool.FrameAsync("failed", cancel), Does.Contain("exit status 4 before it was ready"));
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task All_workers_ready_is_ready(CancellationToken cancel)
    {
        var script = Script("notifier.py", WorkerScripts.Notifier);
        var launcher = Launch(
            "--ready notify --processes 2", "sh", "-c",
            $"while [ $ZERG_WORKER = 2 ] && ! [ -e go ]; do sleep 0.05; done; exec {Python} {script} READY=1");
        await launcher.ErrorAsync("worker 1 (pid", cancel);
        Assert.That(Pool.Frames.Lines, Has.None.EqualTo("ready"));

        Temporary.Write("go", "");
        await Pool.FrameAsync("ready", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task The_service_manager_of_the_launcher_hears_of_it(CancellationToken cancel)
    {
        using var manager = new NotifySocket(Temporary.File("manager"));
        var told = new LineLog();
        using var poller = new Poller();
        poller.Add(manager.Descriptor, () => told.Add(manager.TryReceive()!.Value.Text.Replace('\n', ' ')));
        var launcher = Run(
            ["--zerg", Pool.Path, "--ready", "delay:100ms", "--", "sleep", "600"],
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = manager.Path });

        await told.WaitAsync(line => line.StartsWith("READY=1 STATUS=workers serving: 1", StringComparison.Ordinal), cancel);
        launcher.Signal(Signals.SIGTERM);
        await told.WaitAsync(line => line == "STOPPING=1 STATUS=SIGTERM", cancel);
    }
}
