using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(60_000)]
internal sealed class PauseTests
{
    private const int Cycles = 1_000;
    private const int Clients = 4;

    [Test]
    public async Task A_thousand_pauses_under_fresh_connections_lose_none(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var clients = Enumerable.Range(0, Clients)
            .Select(_ => Task.Run(() => AskAsync(pool.Port, over.Token, cancel), cancel))
            .ToArray();
        for (var cycle = 0; cycle < Cycles; cycle++)
        {
            await session.OrderAsync(new PauseFrame());
            await session.ExpectStateAsync(ZerglingState.Paused, cancel);
            await session.OrderAsync(new ResumeFrame());
            await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        }

        await over.CancelAsync();
        Assert.That((await Task.WhenAll(clients)).Sum(), Is.GreaterThan(Cycles));
        Assert.That(ListenerState.Of(pool.Listener), Is.EqualTo(ListenerState.Untouched));
    }

    [Test]
    public async Task While_paused_kept_alive_connections_are_served_and_new_ones_wait(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());
        using var old = await RawClient.ConnectAsync(pool.Port, cancel);
        await old.AskAsync("/", cancel);

        await session.OrderAsync(new PauseFrame());
        await session.ExpectAsync<StateFrame>(
            cancel, frame => frame is { State: ZerglingState.Paused, Connections: 1 });
        using var waiting = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await old.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200").And.Not.Contain("close"));
        Assert.That(ListenerState.Of(pool.Listener).Queued, Is.EqualTo(1));
        await session.OrderAsync(new ResumeFrame());
        Assert.That(await waiting.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
    }

    private static async Task<int> AskAsync(int port, CancellationToken over, CancellationToken cancel)
    {
        var count = 0;
        for (; !over.IsCancellationRequested; count++)
        {
            using var client = await RawClient.ConnectAsync(port, cancel);
            var answer = await client.AskAsync("/", cancel);
            if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                throw new AssertionException($"answered: '{answer}'");
        }

        return count;
    }
}
