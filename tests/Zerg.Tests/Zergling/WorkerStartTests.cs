using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>What a worker finds itself with.</summary>
internal sealed class WorkerStartTests : LauncherFixture
{
    private static readonly string[] s_sleep = [Python, "-c", "import time; print('up', flush=True); time.sleep(600)"];

    [Test, CancelAfter(30_000)]
    public async Task A_worker_gets_the_sockets_from_3_on_and_nothing_else(CancellationToken cancel)
    {
        using var second = new ScriptedPool(Temporary.File("pool-2"), sockets: 2);
        var launcher = Launch($"--zerg {second.Path} --ready delay:300ms", s_sleep);
        await ReadyAsync(launcher, cancel);

        // Until then it opens the files of its modules.
        await launcher.OutputAsync("up", cancel);

        var pid = Workers(launcher).Single();
        var descriptors = ProcFiles.Descriptors(pid);
        Assert.Multiple(() =>
        {
            Assert.That(descriptors.Keys, Is.EqualTo(Enumerable.Range(0, 6)));
            Assert.That(descriptors[0], Is.EqualTo("/dev/null"));
            Assert.That(descriptors[1], Does.StartWith("pipe:"));
            Assert.That(
                descriptors.Where(each => each.Key >= 3).Select(each => each.Value),
                Is.EqualTo(Pool.Inodes.Concat(second.Inodes).Select(inode => $"socket:[{inode}]")));
            Assert.That(ProcFiles.Variable(pid, "LISTEN_PID"), Is.EqualTo($"{pid}"));
            Assert.That(ProcFiles.Variable(pid, "LISTEN_FDS"), Is.EqualTo("3"));
            Assert.That(ProcFiles.Variable(pid, "LISTEN_FDNAMES"), Is.EqualTo("web-1:web-1:web-2"));
        });
    }

    [Test, CancelAfter(30_000)]
    public async Task A_worker_starts_with_default_signals_and_its_own_group(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:200ms", "/bin/sleep", "600");
        await ReadyAsync(launcher, cancel);

        var pid = Workers(launcher).Single();
        Assert.Multiple(() =>
        {
            Assert.That(ProcFiles.Status(pid, "SigIgn"), Is.EqualTo("0000000000000000"));
            Assert.That(ProcFiles.Status(pid, "SigBlk"), Is.EqualTo("0000000000000000"));
            Assert.That(Zerg.Posix.Libc.getpgid(pid), Is.EqualTo(pid));
        });
    }

    [Test, CancelAfter(30_000)]
    public async Task A_worker_is_told_about_itself_and_not_about_its_launcher(CancellationToken cancel)
    {
        var launcher = Run(
            [
                "--zerg", Pool.Path, "--ready", "delay:100ms", "--processes", "2", "--release", "r7", "--threads", "4",
                "--drain-idle", "2500ms", "--worker-reload-mercy", "7s", "--env", "Logging:LogLevel=x=y",
                "--", .. s_sleep,
            ],
            new Dictionary<string, string?>
            {
                ["NOTIFY_SOCKET"] = "/nowhere",
                ["LISTEN_FDS"] = "9",
                ["ZERG"] = "/pool",
                ["KEPT"] = "ä",
            });
        await ReadyAsync(launcher, cancel);

        var pid = Workers(launcher)[1];
        Assert.Multiple(() =>
        {
            Assert.That(ProcFiles.Variable(pid, "ZERG_WORKER"), Is.EqualTo("2"));
            Assert.That(ProcFiles.Variable(pid, "ZERG_RELEASE"), Is.EqualTo("r7"));
            Assert.That(ProcFiles.Variable(pid, "ZERG_THREADS"), Is.EqualTo("4"));
            Assert.That(ProcFiles.Variable(pid, "ZERG_DRAIN_IDLE"), Is.EqualTo("2.5"));
            Assert.That(ProcFiles.Variable(pid, "ZERG_MERCY"), Is.EqualTo("7"));
            Assert.That(ProcFiles.Variable(pid, "Logging:LogLevel"), Is.EqualTo("x=y"));
            Assert.That(ProcFiles.Variable(pid, "KEPT"), Is.EqualTo("ä"));
            Assert.That(ProcFiles.Variable(pid, "LISTEN_FDS"), Is.EqualTo("1"));
            Assert.That(ProcFiles.Variable(pid, "NOTIFY_SOCKET"), Does.Contain("zergling-"));
            Assert.That(ProcFiles.Variable(pid, "ZERG"), Is.Null);
            Assert.That(File.ReadAllText($"/proc/{pid}/environ"), Does.Not.Contain("ZERG_EXEC_"));
        });
    }

    [Test, CancelAfter(30_000)]
    public async Task A_worker_has_the_soft_limit_of_max_fd(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms --max-fd 333", s_sleep);
        await ReadyAsync(launcher, cancel);

        Assert.That(Zerg.Posix.FileLimit.Of(Workers(launcher).Single())!.Value.Soft, Is.EqualTo(333));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_worker_has_the_soft_limit_that_the_launcher_was_started_with(CancellationToken cancel)
    {
        // The shell stays: a launcher that the JIT runs reads its parent's limit.
        const string line = "ulimit -Sn 512; \"$@\"; exit $?";
        var shell = Keep(ChildProcess.Start(
            "/bin/sh",
            ["-c", line, "sh", "dotnet", ProgramFiles.Zergling, "--zerg", Pool.Path, "--ready", "delay:100ms", "--",
                .. s_sleep]));
        await ReadyAsync(shell, cancel);

        Assert.That(Zerg.Posix.FileLimit.Of(Workers(shell).Single())!.Value.Soft, Is.EqualTo(512));
        await Pool.OrderAsync(new Protocol.StopFrame { Reason = "done" }, cancel);
        Assert.That(await shell.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_worker_works_where_it_is_told_to(CancellationToken cancel)
    {
        Directory.CreateDirectory(Temporary.File("app"));
        var launcher = Launch(
            $"--chdir {Temporary.File("app")} --ready delay:100ms", "sh", "-c", "pwd; exec sleep 600");

        Assert.That(await launcher.OutputAsync("[worker 1] ", cancel), Does.EndWith("/app"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_TMPDIR_too_long_for_sockets_is_not_used(CancellationToken cancel)
    {
        var directory = Directory.CreateDirectory(Temporary.File(new string('x', 90))).FullName;
        var launcher = Run(
            ["--zerg", Pool.Path, "--ready", "delay:100ms", "--", .. s_sleep],
            new Dictionary<string, string?> { ["TMPDIR"] = directory });
        await ReadyAsync(launcher, cancel);

        Assert.That(
            ProcFiles.Variable(Workers(launcher).Single(), "NOTIFY_SOCKET"), Does.StartWith("/tmp/zergling-"));
        launcher.Signal(Zerg.Posix.Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_TMPDIR_that_is_not_there_fails_the_release_by_name(CancellationToken cancel)
    {
        var launcher = Run(
            ["--zerg", Pool.Path, "--", .. s_sleep],
            new Dictionary<string, string?> { ["TMPDIR"] = Temporary.File("nowhere") });

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
        Assert.That(
            await launcher.ErrorAsync("zergling: ", cancel),
            Does.Match("worker 1 cannot be started: mkdir .*/nowhere/zergling-[^ ]+: No such file or directory"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_directory_that_is_not_there_fails_the_release_by_name(CancellationToken cancel)
    {
        var launcher = Launch($"--chdir {Temporary.File("nowhere")}", s_sleep);

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
        Assert.That(await launcher.ErrorAsync("zergling: ", cancel), Does.Contain("nowhere"));
    }
}
