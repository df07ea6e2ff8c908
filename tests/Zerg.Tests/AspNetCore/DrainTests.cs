using System.Diagnostics;
using System.Net.WebSockets;
using Mono.Unix.Native;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(60_000)]
internal sealed class DrainTests
{
    private static readonly DrainFrame s_drain = new() { Mercy = 30, Reason = "replaced" };

    private AppPool _pool = null!;
    private HelloProcess _hello = null!;
    private AppSession _session = null!;

    [TearDown]
    public void Stop()
    {
        _hello.Dispose();
        _session.Dispose();
        _pool.Dispose();
    }

    [Test]
    public async Task An_idle_connection_is_served_once_more_and_told_that_it_was_the_last(CancellationToken cancel)
    {
        await ServeAsync("10", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Not.Contain("Connection: close"));
        using var silent = await RawClient.ConnectAsync(_pool.Port, cancel);
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Connections == 2);

        await _session.OrderAsync(s_drain);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        using var late = await RawClient.ConnectAsync(_pool.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK").And.Contain("Connection: close"));
        Assert.That(await client.ReceiveAsync(cancel), Is.Zero, "an orderly end");
        Assert.That(await silent.AskAsync("/", cancel), Does.Contain("200 OK").And.Contain("Connection: close"),
            "accepted, but had not spoken before");

        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
        await _session.ExpectEndAsync(cancel);
        Assert.That(_session.Received.OfType<ByeFrame>().Single().Reason, Is.EqualTo("replaced"));
        Assert.That(ListenerState.Of(_pool.Listener), Is.EqualTo(ListenerState.Untouched with { Queued = 1 }),
            "who came after the drain began waits for the next release");
    }

    [Test]
    public async Task An_idle_connection_that_stays_quiet_is_closed_after_drain_idle(CancellationToken cancel)
    {
        await ServeAsync("1", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.AskAsync("/", cancel);

        // From before the order: the app may have it before this test goes on.
        var clock = Stopwatch.StartNew();
        await _session.OrderAsync(s_drain);
        Assert.That(await client.ReceiveAsync(cancel), Is.Zero, "an orderly end");
        Assert.That(clock.Elapsed.TotalSeconds, Is.InRange(0.75, 7.5));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_request_in_flight_is_finished_and_its_response_is_the_last(CancellationToken cancel)
    {
        await ServeAsync("1", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.SendAsync("/slow?ms=5000", cancel);
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Requests == 1);

        await _session.OrderAsync(s_drain);
        Assert.That(await client.AnswerAsync(cancel), Does.Contain("slow").And.Contain("Connection: close"));
        Assert.That(await client.ReceiveAsync(cancel), Is.Zero);
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task An_upload_in_flight_arrives_whole(CancellationToken cancel)
    {
        await ServeAsync("1", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.SendTextAsync("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n", cancel);
        await client.SendTextAsync(new string('a', 100_000), cancel);
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Requests == 1);

        await _session.OrderAsync(s_drain);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        await client.SendTextAsync(new string('b', 100_000), cancel);
        await client.SendTextAsync(new string('c', 100_000), cancel);
        Assert.That(await client.AnswerAsync(cancel), Does.Contain("300000\n").And.Contain("Connection: close"));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_response_that_began_before_the_drain_leaves_its_connection_the_full_idle_time(
        CancellationToken cancel)
    {
        await ServeAsync("10", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.SendAsync("/download?bytes=20000000", cancel);
        var total = await client.ReceiveAsync(cancel);

        await _session.OrderAsync(s_drain);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        while (total < 20_000_000)
            total += await client.ReceiveAsync(cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK").And.Contain("Connection: close"));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_WebSocket_is_told(CancellationToken cancel)
    {
        await ServeAsync("10", cancel);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_pool.Port}/ws"), cancel);
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, true, cancel);
        var buffer = new byte[100];
        await socket.ReceiveAsync(buffer, cancel);

        await _session.OrderAsync(s_drain);
        Assert.That((await socket.ReceiveAsync(buffer, cancel)).CloseStatus,
            Is.EqualTo(WebSocketCloseStatus.EndpointUnavailable));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task What_is_left_at_mercy_is_aborted(CancellationToken cancel)
    {
        await ServeAsync("10", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.SendAsync("/slow?ms=50000", cancel);
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Requests == 1);

        var clock = Stopwatch.StartNew();
        await _session.OrderAsync(s_drain with { Mercy = 2 });
        await client.EndAsync(cancel);
        Assert.That(clock.Elapsed.TotalSeconds, Is.InRange(0.9, 20));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
        Assert.That(ListenerState.Of(_pool.Listener), Is.EqualTo(ListenerState.Untouched));
    }

    [TestCase(Signum.SIGTERM)]
    [TestCase(Signum.SIGINT)]
    public async Task A_signal_drains_as_an_order_does(Signum signal, CancellationToken cancel)
    {
        await ServeAsync("10", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.AskAsync("/", cancel);

        _hello.Signal(signal);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK").And.Contain("Connection: close"));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_second_signal_stops_at_once(CancellationToken cancel)
    {
        await ServeAsync("10", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.SendAsync("/slow?ms=50000", cancel);
        await _session.ExpectAsync<StateFrame>(cancel, state => state.Requests == 1);

        _hello.Signal(Signum.SIGTERM);
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        var clock = Stopwatch.StartNew();
        _hello.Signal(Signum.SIGTERM);
        await client.EndAsync(cancel);
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);

        // Without it the request would go on for most of a minute.
        Assert.That(clock.Elapsed.TotalSeconds, Is.LessThan(20));
    }

    [Test]
    public async Task An_order_to_stop_ends_it_with_the_status_it_names(CancellationToken cancel)
    {
        await ServeAsync("10", cancel);
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.AskAsync("/", cancel);
        await _session.OrderAsync(new StopFrame { Reason = "replaced already", ExitCode = 75 });
        Assert.That(await _hello.ExitAsync(cancel), Is.EqualTo(75));
    }

    [TestCase("drain-throws")]
    [TestCase("drain-blocks")]
    public async Task A_callback_of_the_app_that_goes_wrong_does_not_keep_the_process(
        string failure, CancellationToken cancel)
    {
        await ServeAsync("10", cancel, ("HELLO_FAIL", failure));
        using var client = await RawClient.ConnectAsync(_pool.Port, cancel);
        await client.AskAsync("/", cancel);

        await _session.OrderAsync(s_drain with { Mercy = 6 });
        await _session.ExpectStateAsync(ZerglingState.Draining, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK"));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
        Assert.That(_hello.Output, Does.Contain("Draining went wrong"));
        await _session.ExpectEndAsync(cancel);
        Assert.That(_session.Received.OfType<ByeFrame>().Single().Reason, Is.EqualTo("replaced"));
    }

    private async Task ServeAsync(
        string drainIdle, CancellationToken cancel, params (string Name, string Value)[] environment)
    {
        _pool = new AppPool("http");
        _hello = HelloProcess.Attach(_pool, [("ZERG_DRAIN_IDLE", drainIdle), .. environment]);
        _session = await _pool.AcceptAsync(cancel);
        await _session.ExpectAsync<ReadyFrame>(cancel);
        await _session.OrderAsync(new ResumeFrame());
        await _session.ExpectStateAsync(ZerglingState.Accepting, cancel);
    }
}
