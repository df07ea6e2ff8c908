using System.Globalization;
using Zerg.Posix;
using Zerg.Protocol;
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
    public async Task An_edited_script_is_another_release(CancellationToken cancel)
    {
        var script = Script("server.py", WorkerScripts.Server);
        File.SetLastWriteTimeUtc(script, new DateTime(2095, 6, 7, 8, 9, 10, DateTimeKind.Utc));
        Launch("--ready delay:100ms", Python, "server.py");

        await Pool.FrameAsync("hello Launcher 20950607-080910", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_command_longer_than_a_frame_attaches_too(CancellationToken cancel)
    {
        Launch("--ready delay:100ms", "sh", "-c", "exec sleep 600", new string('x', 70_000));

        await Pool.FrameAsync("ready", cancel);
        Assert.That(Pool.Received.OfType<HelloFrame>().Single().App, Does.StartWith("sh -c exec sleep 600 xxx"));
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

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(30_000)]
    public async Task A_fallback_removes_its_socket_file_but_not_that_of_another(bool replaced)
    {
        var cancel = TestContext.CurrentContext.CancellationToken;
        var path = Temporary.File("app.sock");
        var launcher = Run(
            [
                "--zerg", Temporary.File("nobody"), "--zerg-fallback", "--http-socket", path,
                "--ready", "delay:100ms", "--", "sleep", "600",
            ]);
        await launcher.ErrorAsync("ready, workers serving: 1", cancel);
        Assert.That(File.Exists(path), Is.True);
        if (replaced)
        {
            File.Move(path, path + ".old");
            Temporary.Write("app.sock", "");
        }

        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        Assert.That(File.Exists(path), Is.EqualTo(replaced));
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

    [Test, CancelAfter(30_000), Category("Root")]
    public async Task A_fallback_to_an_address_that_is_not_permitted_exits_77(CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "this test changes the user");
        var closed = Temporary.File("app.sock");
        var launcher = Keep(ChildProcess.Start(
            "setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", ProgramFiles.Zergling, "--zerg",
                "/tmp/no-such-pool", "--zerg-fallback", "--http-socket", closed, "--", "sleep", "600"]));

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(77));
        Assert.That(await launcher.ErrorAsync("zergling: ", cancel), Does.EndWith(": Permission denied"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_log_file_that_cannot_be_opened_exits_71_before_anything_runs(CancellationToken cancel)
    {
        var log = Temporary.File("nowhere/zergling.log");
        var launcher = Launch($"--logto {log}", "sleep", "600");

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(71));
        Assert.That(
            await launcher.ErrorAsync("zergling: ", cancel),
            Is.EqualTo($"zergling: open {log}: No such file or directory"));
        Assert.That(Pool.Frames.Lines, Is.Empty);
    }

    [Test, CancelAfter(30_000), Category("Root")]
    public async Task A_log_file_of_another_user_exits_77(CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "this test changes the user");
        var log = Temporary.Write("pool.log", "");
        File.SetUnixFileMode(log, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Temporary.Path, (UnixFileMode)0b111_101_101);
        var launcher = Keep(ChildProcess.Start(
            "setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", ProgramFiles.Zergling, "--zerg",
                Pool.Path, "--logto", log, "--", "sleep", "600"]));

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(77));
        Assert.That(
            await launcher.ErrorAsync("zergling: ", cancel), Is.EqualTo($"zergling: open {log}: Permission denied"));
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
        await ReadyAsync(launcher, cancel);

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
