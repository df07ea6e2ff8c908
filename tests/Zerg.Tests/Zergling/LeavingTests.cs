using System.Net;
using System.Net.Sockets;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>Draining, stopping, and force.</summary>
internal sealed class LeavingTests : LauncherFixture
{
    [Test, CancelAfter(30_000)]
    public async Task SIGTERM_drains_says_bye_and_exits_0(CancellationToken cancel)
    {
        var script = Script("server.py", WorkerScripts.Server);
        var launcher = Launch("--ready notify --processes 2", Python, script);
        await Pool.FrameAsync("ready", cancel);
        Assert.That(await GetAsync(Pool.Port, cancel), Is.Not.Empty);
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        await Pool.FrameAsync("bye SIGTERM", cancel);
        Assert.That(Pool.Frames.Lines.Any(line => line.StartsWith("state Draining")), Is.True);
        await Poll.UntilAsync(
            () => launcher.Output.Lines.Count(line => line.EndsWith("stopped")) == 2,
            () => string.Join('\n', launcher.Output.Lines), cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_worker_accepts_no_more_before_it_is_told_to_stop(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", Python, "-c", WorkerScripts.Greedy);
        await launcher.OutputAsync("serving", cancel);
        await Pool.FrameAsync("ready", cancel);
        using var accepted = await ConnectAsync(cancel);
        await launcher.OutputAsync("accepted 1", cancel);
        launcher.Signal(Signals.SIGTERM);
        await launcher.OutputAsync("told", cancel);
        using var queued = await ConnectAsync(cancel);
        await accepted.SendAsync("over to you\n"u8.ToArray(), cancel);
        var answer = new byte[16];

        Assert.That(await accepted.ReceiveAsync(answer, cancel), Is.EqualTo("served\n".Length));
        await launcher.OutputAsync("accepted in all 1", cancel);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(30_000)]
    public async Task Its_directory_of_sockets_goes_with_it(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sleep", "600");
        await ReadyAsync(launcher, cancel);
        var directory = Path.GetDirectoryName(ProcFiles.Variable(Workers(launcher).Single(), "NOTIFY_SOCKET"));
        Assert.That(new DirectoryInfo(directory!).UnixFileMode, Is.EqualTo(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        launcher.Signal(Signals.SIGINT);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        Assert.That(Directory.Exists(directory), Is.False);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_second_SIGTERM_kills_at_once(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:300ms", Python, "-c", WorkerScripts.Deaf);
        await launcher.OutputAsync("deaf", cancel);
        await Pool.FrameAsync("ready", cancel);
        launcher.Signal(Signals.SIGTERM);
        await launcher.ErrorAsync("leaving: SIGTERM", cancel);
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        await launcher.ErrorAsync("left with signal 9 (SIGKILL)", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task At_mercy_the_whole_group_of_a_worker_is_killed(CancellationToken cancel)
    {
        const string command = "trap '' TERM; sleep 600 & echo child $!; echo deaf; wait; wait";
        var launcher = Launch("--ready delay:300ms --worker-reload-mercy 500ms", "sh", "-c", command);
        var child = int.Parse((await launcher.OutputAsync("child ", cancel)).Split(' ')[^1]);
        await Pool.FrameAsync("ready", cancel);
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        await launcher.ErrorAsync("did not leave in time", cancel);

        // Nobody waits for the child itself: it is killed, and goes when the kernel comes to it.
        await Poll.UntilAsync(() => !ProcFiles.IsAlive(child), () => $"pid {child} is alive", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task What_a_worker_leaves_behind_is_asked_to_leave_as_well(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:300ms", "sh", "-c", "sleep 600 & echo child $!; wait");
        var child = int.Parse((await launcher.OutputAsync("child ", cancel)).Split(' ')[^1]);
        await Pool.FrameAsync("ready", cancel);
        using var handle = ProcessHandle.Open(child, ProcFiles.IsAlive)!;
        var gone = new TaskCompletionSource();
        using var poller = new Poller();
        poller.Add(handle.Descriptor, () => gone.TrySetResult());
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        await gone.Task.WaitAsync(cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_drain_order_has_its_own_mercy(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:300ms", Python, "-c", WorkerScripts.Deaf);
        await launcher.OutputAsync("deaf", cancel);
        await Pool.FrameAsync("ready", cancel);
        await Pool.OrderAsync(new DrainFrame { Mercy = 0.3, Reason = "r2 took over" }, cancel);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        await Pool.FrameAsync("bye drained by the pool: r2 took over", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_stop_order_gives_the_exit_status(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sleep", "600");
        await Pool.FrameAsync("ready", cancel);
        await Pool.OrderAsync(new StopFrame { Reason = "release r1 was replaced", ExitCode = 75 }, cancel);

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(75));
        await launcher.ErrorAsync("zergling: stopped by the pool: release r1 was replaced", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task The_stop_signal_can_be_another(CancellationToken cancel)
    {
        const string command = "trap 'echo asked; exit 0' QUIT; echo up; while :; do sleep 0.1; done";
        var launcher = Launch("--ready delay:200ms --stop-signal QUIT", "sh", "-c", command);
        await launcher.OutputAsync("up", cancel);
        await Pool.FrameAsync("ready", cancel);
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        await launcher.OutputAsync("asked", cancel);
    }

    [Test, CancelAfter(30_000)]
    public async Task SIGTERM_while_workers_start_leaves_too(CancellationToken cancel)
    {
        var launcher = Launch("--ready notify", "sleep", "600");
        await Pool.FrameAsync("state Starting", cancel);
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        Assert.That(Pool.Frames.Lines, Has.None.StartWith("failed"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Nobody_who_reads_its_output_is_no_reason_to_stay(CancellationToken cancel)
    {
        using var fifo = new FullFifo(Temporary.File("fifo"));
        var line = fifo.Redirected(
            "dotnet", ProgramFiles.Zergling, "--zerg", Pool.Path, "--ready", "delay:100ms", "--", "yes");
        var launcher = Keep(ChildProcess.Start(line[0], line[1..]));
        await Pool.FrameAsync("ready", cancel);
        launcher.Signal(Signals.SIGTERM);

        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        await Pool.FrameAsync("bye SIGTERM", cancel);
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Pool.Port, cancel);
        return socket;
    }
}
