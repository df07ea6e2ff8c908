using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

/// <summary>What an app tells its pool of its answers.</summary>
[CancelAfter(60_000)]
internal sealed class ResponseTests
{
    [TestCase("/", "0 1 0 0 0", 1)]
    [TestCase("/nobody", "0 0 0 1 0", 1)]
    [TestCase("/throws", "0 0 0 0 1", 1)]
    [TestCase("/breaks", "0 0 0 0 1", 1)]
    public async Task Each_answer_has_its_class_and_its_latency(
        string path, string classes, int timed, CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("HELLO_FAIL", "answers"));
        using var session = await ServeAsync(pool, cancel);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        await client.AskAsync(path, cancel);
        var told = await ToldAsync(session, 1, cancel, timed);
        Assert.That(string.Join(' ', told.Classes), Is.EqualTo(classes));
        Assert.That(told.Timed(), Is.EqualTo(timed));
        Assert.That(told.Seconds, Is.GreaterThan(0).And.LessThan(10));
    }

    [Test]
    public async Task A_slow_one_is_in_a_later_bucket(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await ServeAsync(pool, cancel);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        await client.AskAsync("/slow?ms=250", cancel);
        Assert.That((await ToldAsync(session, 1, cancel, timed: 1)).Quantile(0.99), Is.InRange(0.2, 10));
    }

    [Test]
    public async Task Streams_and_upgrades_count_at_their_end_and_are_not_timed(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await ServeAsync(pool, cancel);
        using (var stream = await RawClient.ConnectAsync(pool.Port, cancel))
        using (var upgrade = await RawClient.ConnectAsync(pool.Port, cancel))
        {
            await stream.SendAsync("/sse", cancel);
            await stream.PassAsync("data: 0", cancel);
            await upgrade.SendTextAsync(
                "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", cancel);
            await upgrade.PassAsync("101 Switching", cancel);
            var early = await session.ExpectAsync<StateFrame>(cancel, frame => frame.Requests == 2);
            Assert.That(early.Responses!.All(), Is.Zero);
        }

        var told = await ToldAsync(session, 2, cancel);
        Assert.That(told.Classes, Is.EqualTo(new long[] { 1, 1, 0, 0, 0 }));
        Assert.That(told.Timed(), Is.Zero);
    }

    [Test]
    public async Task A_client_that_leaves_before_its_answer_is_no_error_of_the_app(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await ServeAsync(pool, cancel);
        using (var client = await RawClient.ConnectAsync(pool.Port, cancel))
        {
            await client.SendAsync("/slow?ms=60000", cancel);
            await session.ExpectAsync<StateFrame>(cancel, frame => frame.Requests == 1);
        }

        Assert.That((await ToldAsync(session, 1, cancel)).Classes, Is.EqualTo(new long[] { 0, 0, 0, 1, 0 }));
    }

    [Test]
    public async Task The_last_ones_of_a_drain_are_told_as_well(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await ServeAsync(pool, cancel);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        await client.SendAsync("/slow?ms=5000", cancel);
        await session.ExpectAsync<StateFrame>(cancel, frame => frame.Requests == 1);
        await session.OrderAsync(new DrainFrame { Reason = "test", Mercy = 10 });
        await session.ExpectAsync<ByeFrame>(cancel);
        Assert.That(session.Received.OfType<StateFrame>().Last().Responses!.All(), Is.EqualTo(1));
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task An_app_that_is_not_to_count_does_not(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("ZERG_COUNT_RESPONSES", "false"));
        using var session = await ServeAsync(pool, cancel);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        await client.SendAsync("/slow?ms=60000", cancel);
        var told = await session.ExpectAsync<StateFrame>(cancel, frame => frame.Requests == 1);
        Assert.That(told.Responses, Is.Null);
    }

    // Its own requests at the start count for nothing.
    private static async Task<AppSession> ServeAsync(AppPool pool, CancellationToken cancel)
    {
        var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame { Generation = 1 });
        var state = await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        Assert.That(state.Responses?.All() ?? 0, Is.Zero);
        return session;
    }

    // A report made while a response is counted may have its class already, and not yet how long it took.
    private static async Task<ZergResponses> ToldAsync(
        AppSession session, long responses, CancellationToken cancel, int timed = 0)
        => (await session.ExpectAsync<StateFrame>(
            cancel,
            frame => frame.Responses is { } told && told.All() >= responses
                && (timed == 0 || (told.Timed() >= timed && told.Seconds > 0)))).Responses!;
}
