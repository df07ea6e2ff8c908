using System.Text.RegularExpressions;
using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.AspNetCore;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>The old release serves on as if nothing had happened, and the status says why the new one does not.</summary>
internal sealed partial class Guarantee2_a_release_that_does_not_become_ready_takes_no_traffic : GuaranteeFixture
{
    // Worker 1 ends once it is told to, without having served; the other ones serve slowly, and drain on SIGTERM.
    private const string Uneven = """
        import os, select, signal, socket, sys, threading, time
        if os.environ['ZERG_WORKER'] == '1':
            while not os.path.exists('fail'): time.sleep(0.02)
            sys.exit(3)
        listener = socket.socket(fileno=3)
        idle, wake = os.pipe()
        signal.signal(signal.SIGTERM, lambda *_: os.write(wake, b'x'))
        def serve(connection):
            request = b''
            while b'\r\n\r\n' not in request:
                part = connection.recv(4096)
                if not part: return
                request += part
            time.sleep(1)
            connection.sendall(b'HTTP/1.1 200 OK\r\nX-Release: bad\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
            connection.close()
        while True:
            ready, _, _ = select.select([3, idle], [], [])
            if idle in ready: break
            try: connection, _ = listener.accept()
            except BlockingIOError: continue
            connection.setblocking(True)
            threading.Thread(target=serve, args=[connection]).start()
        """;

    private Crowd _crowd = null!;

    [Test, CancelAfter(60_000)]
    public async Task Not_one_that_crashes_before_it_attaches(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var bad = Stage.Hello("bad", ("HELLO_FAIL", "start"));
        Assert.That(await bad.ExitAsync(cancel), Is.EqualTo(3));
        await ServedThroughoutAsync(cancel);

        // It never came: there is nothing for the pool to tell.
        Assert.That((await Stage.StatusAsync(cancel)).History.Single().Release, Is.EqualTo("good"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_one_that_hangs_while_it_starts(CancellationToken cancel)
    {
        await ServeAsync(cancel, "--ready-timeout", "8s");
        await RefusedAsync(Stage.Hello("bad", ("HELLO_FAIL", "hang")), 1, "not ready within 8 s", cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_one_that_answers_its_warm_up_with_an_error(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        await RefusedAsync(
            Stage.Hello("bad", ("HELLO_FAIL", "warmup")), 1, "warm-up of '/': the app answered 500", cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_one_that_is_killed_while_it_starts(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var bad = Stage.Hello("bad", ("HELLO_FAIL", "hang"));
        await Stage.StatusAsync(status => status.Handover is not null, cancel);
        bad.Signal(Signals.SIGKILL);
        await RefusedAsync(bad, 128 + Signals.SIGKILL, "its session ended without a bye", cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_a_command_that_exits(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var bad = Stage.Launch("bad", "--ready start", "sh", "-c", "echo no such module; exit 3");
        var failed = await RefusedAsync(bad, 1, "worker 1 ended with exit status 3 before it was ready", cancel);
        Assert.That(failed.Output, Is.EqualTo(["no such module"]));
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_a_command_that_exits_before_it_notifies(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var bad = Stage.Launch(
            "bad", "--ready notify --env HELLO_FAIL=start", "dotnet", HelloProcess.Assembly);
        var failed = await RefusedAsync(bad, 1, "worker 1 ended with exit status 3 before it was ready", cancel);
        Assert.That(failed.Output, Is.EqualTo(["hello: told to fail at start"]));
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_one_of_whose_workers_one_fails_and_the_other_finishes_what_it_accepted(
        CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("good", cancel);
        _crowd = new Crowd(Stage).Add(
            "one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 8 });
        await _crowd.SeesAsync("good", cancel);
        var bad = Stage.Launch(
            "bad", "--ready delay:1h --processes 2", "/usr/bin/python3", Stage.Write("uneven.py", Uneven));
        await _crowd.SeesAsync("bad", cancel);
        Stage.Write("fail", "");

        Assert.That(await bad.ExitAsync(cancel), Is.EqualTo(1));
        await bad.Error.WaitAsync(line => Left().IsMatch(line), cancel);
        await _crowd.LeaveAsync(["good", "bad"]);
    }

    [Test, CancelAfter(60_000)]
    public async Task Not_a_command_that_never_answers_its_probe(CancellationToken cancel)
    {
        await ServeAsync(cancel);
        var bad = Stage.Launch(
            "bad", "--ready http:/ --ready-timeout 6s", "sh", "-c", "echo warming up; exec sleep 600");
        var failed = await RefusedAsync(bad, 1, "worker 1 was not ready within 6s", cancel);
        Assert.That(failed.Output, Is.EqualTo(["warming up"]));
    }

    [Test, CancelAfter(60_000)]
    public async Task But_the_release_after_it_does(CancellationToken cancel)
    {
        await ServeAsync(cancel, "--ready-timeout", "8s");
        await RefusedAsync(Stage.Hello("bad", ("HELLO_FAIL", "hang")), 1, "not ready within 8 s", cancel, "better");
    }

    private async Task ServeAsync(CancellationToken cancel, params string[] options)
    {
        await OpenAsync(cancel, options);
        await Stage.PremiereAsync("good", cancel);
        _crowd = new Crowd(Stage)
            .Add("keep-alive", 100, o => o with { Mode = LoadMode.Paced, Connections = 16, Rate = 500 })
            .Add("one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 2 });
        await _crowd.SeesAsync("good", cancel);
    }

    private async Task<HistoryStatus> RefusedAsync(
        ChildProcess bad, int exitCode, string reason, CancellationToken cancel, params string[] more)
    {
        Assert.That(await bad.ExitAsync(cancel), Is.EqualTo(exitCode));
        await Stage.StatusAsync(status => status.Zerglings.Count == 1, cancel);
        foreach (var release in more)
        {
            await Stage.RollOutAsync(release, cancel);
            await _crowd.SeesAsync(release, cancel);
        }

        await ServedThroughoutAsync(cancel, more);
        var status = await Stage.StatusAsync(cancel);
        var failed = status.History[^2];
        Assert.That((failed.Release, failed.Outcome), Is.EqualTo(("bad", "failed")));
        Assert.That(failed.Reason, Does.Contain(reason));
        Assert.That(status.Pool.Generation, Is.EqualTo(1 + more.Length));
        Assert.That(status.Handover, Is.Null);
        return failed;
    }

    private async Task ServedThroughoutAsync(CancellationToken cancel, params string[] more)
    {
        await _crowd.GoesOnAsync(100, cancel);
        await _crowd.LeaveAsync(["good", .. more]);
    }

    [GeneratedRegex(@"worker 2 \(pid \d+\) left with exit status 0")]
    private static partial Regex Left();
}
