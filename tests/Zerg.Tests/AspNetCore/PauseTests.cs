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

        // Before that it was paused, and has said so: from here on each state answers the order before it.
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var answered = 0;
        var clients = Enumerable.Range(0, Clients)
            .Select(_ => Task.Run(
                () => AskAsync(pool.Port, () => Interlocked.Increment(ref answered), over.Token, cancel), cancel))
            .ToArray();
        for (var cycle = 0; cycle < Cycles || Volatile.Read(ref answered) <= Cycles; cycle++)
        {
            await session.OrderAsync(new PauseFrame());
            await session.ExpectStateAsync(ZerglingState.Paused, cancel);
            await session.OrderAsync(new ResumeFrame());
            await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        }

        await over.CancelAsync();
        await Task.WhenAll(clients);
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

    private static async Task AskAsync(int port, Action answered, CancellationToken over, CancellationToken cancel)
    {
        while (!over.IsCancellationRequested)
        {
            using var client = await RawClient.ConnectAsync(port, cancel);
            var answer = await client.AskAsync("/", cancel);
            if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                throw new AssertionException($"answered: '{answer}'");
            answered();
        }
    }
}
