using Mono.Unix.Native;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

/// <summary>Who is told of the end, however it comes.</summary>
[CancelAfter(60_000)]
internal sealed class LifetimeTests
{
    private const string LastChunk = "0\r\n\r\n";

    [Test]
    public async Task Server_sent_events_are_told_and_end_in_order(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await ServeAsync(pool, cancel);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        await client.SendAsync("/sse", cancel);
        await client.PassAsync("data: 1", cancel);

        await session.OrderAsync(new DrainFrame { Mercy = 30, Reason = "replaced" });
        await client.PassAsync(LastChunk, cancel);
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        Assert.That(hello.Output, Does.Contain("drained").And.Not.Contain("mercy is over"));
    }

    [Test]
    public async Task Without_a_pool_they_are_told_when_the_host_stops(CancellationToken cancel)
    {
        using var hello = HelloProcess.Start(["--urls", "http://127.0.0.1:0"]);
        await hello.SaysAsync("Application started", cancel);
        using var client = await RawClient.ConnectAsync(hello.Port, cancel);
        await client.SendAsync("/sse", cancel);
        await client.PassAsync("data: 1", cancel);

        hello.Signal(Signum.SIGTERM);
        await client.PassAsync(LastChunk, cancel);
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task An_app_that_stops_itself_drains_first(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("HELLO_FAIL", "stop"));
        using var session = await ServeAsync(pool, cancel);
        using var idle = await RawClient.ConnectAsync(pool.Port, cancel);
        await idle.AskAsync("/", cancel);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        var stopping = await client.AskAsync("/stop", cancel);
        Assert.That(stopping, Does.Contain("200 OK"));

        await session.ExpectStateAsync(ZerglingState.Draining, cancel);
        using var late = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await idle.AskAsync("/", cancel), Does.Contain("200 OK").And.Contain("Connection: close"));

        // The drain may have begun before this response did: then that was its connection's last.
        if (!stopping.Contains("Connection: close", StringComparison.Ordinal))
            Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK").And.Contain("Connection: close"));
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        await session.ExpectEndAsync(cancel);
        Assert.That(session.Received.OfType<ByeFrame>().Single().Reason, Is.EqualTo("the app stops"));
        Assert.That(ListenerState.Of(pool.Listener), Is.EqualTo(ListenerState.Untouched with { Queued = 1 }));
    }

    private static async Task<AppSession> ServeAsync(AppPool pool, CancellationToken cancel)
    {
        var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        return session;
    }
}
