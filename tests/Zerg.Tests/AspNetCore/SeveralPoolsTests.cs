using Mono.Unix.Native;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

/// <summary>One app on the sockets of two pools: ZERG=a,b.</summary>
[CancelAfter(60_000)]
internal sealed class SeveralPoolsTests
{
    private static readonly DrainFrame s_drain = new() { Mercy = 30, Reason = "replaced" };

    private AppPool _a = null!;
    private AppPool _b = null!;
    private HelloProcess _hello = null!;
    private AppSession _sessionA = null!;
    private AppSession _sessionB = null!;

    [SetUp]
    public async Task ServeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _a = new AppPool("http");
        _b = new AppPool("http");
        _hello = HelloProcess.Start([], ("ZERG", $"{_a.Path},{_b.Path}"), ("ZERG_RELEASE", "r1"));
        _sessionA = await _a.AcceptAsync(patience.Token);
        _sessionB = await _b.AcceptAsync(patience.Token);
        foreach (var session in (AppSession[])[_sessionA, _sessionB])
        {
            await session.ExpectAsync<ReadyFrame>(patience.Token);
            await session.OrderAsync(new ResumeFrame());
            await session.ExpectStateAsync(ZerglingState.Accepting, patience.Token);
        }
    }

    [TearDown]
    public void Stop()
    {
        _hello.Dispose();
        _sessionA.Dispose();
        _sessionB.Dispose();
        _a.Dispose();
        _b.Dispose();
    }

    [Test]
    public async Task A_hand_over_on_both_ends_it(CancellationToken cancel)
    {
        using var client = await AskAsync(_b, cancel);
        await _sessionA.OrderAsync(s_drain);
        await _sessionB.OrderAsync(s_drain);

        // Each pool is heard for itself, whichever order was given first: it leaves once it has heard both.
        await _sessionA.ExpectStateAsync(ZerglingState.Draining, cancel);
        await _sessionB.ExpectStateAsync(ZerglingState.Draining, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK").And.Contain("Connection: close"));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
        await _sessionA.ExpectEndAsync(cancel);
        await _sessionB.ExpectEndAsync(cancel);
        Assert.That(_sessionA.Received.OfType<ByeFrame>(), Has.One.Items);
        Assert.That(_sessionB.Received.OfType<ByeFrame>(), Has.One.Items);
    }

    [Test]
    public async Task Drained_by_one_it_serves_on_for_the_other(CancellationToken cancel)
    {
        await _sessionA.OrderAsync(s_drain);
        await _sessionA.ExpectStateAsync(ZerglingState.Draining, cancel);
        using var late = await RawClient.ConnectAsync(_a.Port, cancel);
        using var client = await AskAsync(_b, cancel);
        Assert.That(ListenerState.Of(_a.Listener).Queued, Is.EqualTo(1));

        await _sessionB.OrderAsync(s_drain);
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task The_sockets_of_a_pool_that_died_are_served_until_a_signal_ends_it(CancellationToken cancel)
    {
        _sessionB.Dispose();
        await _hello.SaysAsync("serving on without it", cancel);
        using (await AskAsync(_b, cancel))
        using (await AskAsync(_a, cancel))
            await _sessionA.OrderAsync(s_drain);

        // Those two are gone for the app as well, and do not count below.
        await _sessionA.ExpectAsync<StateFrame>(
            cancel, state => state is { State: ZerglingState.Draining, Connections: 0 });
        await _hello.SaysAsync($"serving on for '{_b.Path}'", cancel);
        using var client = await AskAsync(_b, cancel);
        using var late = await RawClient.ConnectAsync(_a.Port, cancel);
        await client.AskAsync("/", cancel);
        Assert.That(ListenerState.Of(_a.Listener).Queued, Is.EqualTo(1));

        _hello.Signal(Signum.SIGTERM);
        await _hello.SaysAsync("draining 1 connections", cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("Connection: close"));
        Assert.That(await _hello.ExitAsync(cancel), Is.Zero);
        Assert.That(ListenerState.Of(_b.Listener), Is.EqualTo(ListenerState.Untouched));
    }

    private static async Task<RawClient> AskAsync(AppPool pool, CancellationToken cancel)
    {
        var client = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200").And.Not.Contain("close"));
        return client;
    }
}
