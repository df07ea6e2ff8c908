using System.Globalization;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>With a pool, with a plain one, and with none.</summary>
internal sealed class AttachTests : LauncherFixture
{
    [Test, CancelAfter(30_000)]
    public async Task Hello_says_what_runs(CancellationToken cancel)
    {
        Launch("--release r3 --name shop --ready delay:100ms", "sleep", "600");

        await Pool.FrameAsync("hello Launcher r3 shop", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task Without_its_pool_it_exits_69_with_one_line(CancellationToken cancel)
    {
        var launcher = Run(["--zerg", Temporary.File("nobody"), "--", "sleep", "600"]);

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(69));
        await launcher.ErrorAsync(
            $"zergling: {Temporary.File("nobody")}: the pool cannot be reached: there is no such socket", cancel);
        Assert.That(launcher.Error.Lines, Has.Count.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task Without_its_pool_zerg_fallback_serves_by_itself(CancellationToken cancel)
    {
        var script = Script("server.py", WorkerScripts.Server);
        var launcher = Run(
            [
                "--zerg", Temporary.File("nobody"), "--zerg-fallback", "--http-socket", "127.0.0.1:0",
                "--ready", "notify", "--", Python, script,
            ]);
        await launcher.ErrorAsync("serving without a pool", cancel);
        await launcher.ErrorAsync("ready, workers serving: 1", cancel);

        // The name of a socket ends in its port.
        var name = ProcFiles.Variable(Workers(launcher).Single(), "LISTEN_FDNAMES")!;
        var port = int.Parse(name.Split('-')[^1], CultureInfo.InvariantCulture);
        Assert.That(await GetAsync(port, cancel), Is.EqualTo($"{Workers(launcher).Single()}"));
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_fallback_to_an_address_in_use_exits_71(CancellationToken cancel)
    {
        var launcher = Run(
            [
                "--zerg", Temporary.File("nobody"), "--zerg-fallback",
                "--http-socket", $"127.0.0.1:{Pool.Port}", "--", "sleep", "600",
            ]);

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(71));
        Assert.That(await launcher.ErrorAsync("zergling: bind", cancel), Does.Contain("Address already in use"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_configuration_file_says_everything(CancellationToken cancel)
    {
        var script = Script("server.py", WorkerScripts.Server);
        var file = Temporary.Write("shop.yml", $"""
            zerg:
              zerg-pool: {Pool.Path}
              http-socket: 127.0.0.1:0
              ready: notify
              command: {Python} {script}
            """);
        var launcher = Run([file]);
        await Pool.FrameAsync("ready", cancel);

        Assert.That(Pool.Frames.Lines[0], Does.StartWith("hello Launcher ").And.EndsWith(" shop"));
        Assert.That(await GetAsync(Pool.Port, cancel), Is.EqualTo($"{Workers(launcher).Single()}"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_plain_uWSGI_pool_serves_too(CancellationToken cancel)
    {
        var path = Temporary.File("uwsgi.sock");
        var uwsgi = Keep(ChildProcess.Start(
            "/usr/bin/uwsgi",
            ["--plugin", "zergpool", "--master", "--zerg-pool", $"{path}:127.0.0.1:0"]));
        const string bound = "bound to TCP socket 127.0.0.1:";
        var line = await uwsgi.ErrorAsync(bound, cancel);
        var port = int.Parse(line.Split(bound)[1].Split(' ')[0], CultureInfo.InvariantCulture);
        await uwsgi.ErrorAsync("spawned uWSGI master process", cancel);

        var script = Script("server.py", WorkerScripts.Server);
        var launcher = Run(["--zerg", path, "--ready", "notify", "--", Python, script]);
        await launcher.ErrorAsync("is a plain uWSGI pool", cancel);
        await launcher.ErrorAsync("ready, workers serving: 1", cancel);

        Assert.That(await GetAsync(port, cancel), Is.EqualTo($"{Workers(launcher).Single()}"));
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
    }
}
