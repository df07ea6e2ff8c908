using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

/// <summary>What an app does about a pool that dies, lies or hangs.</summary>
[CancelAfter(60_000)]
internal sealed class OrphanTests
{
    [Test]
    public async Task A_frame_that_breaks_the_protocol_ends_the_session_and_not_the_service(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);

        // Announces a descriptor and carries none.
        await session.OrderAsync(new SocketsFrame { Added = [pool.Info(0)] });
        await session.ExpectEndAsync(cancel);
        await hello.SaysAsync("is over", cancel);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));

        hello.Signal(Signum.SIGTERM);
        await hello.SaysAsync("draining 1 connections", cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("Connection: close"));
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_drain_that_may_take_for_ever_is_a_drain(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());

        await session.OrderAsync(new DrainFrame { Mercy = 1e30, Reason = "replaced" });
        await session.ExpectStateAsync(ZerglingState.Draining, cancel);
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task A_pool_that_hangs_holds_up_no_order_and_no_signal(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);

        // Reads nothing from here on: each order makes a report, until the buffer between the two is full.
        var obeyed = 0;
        try
        {
            for (var round = 1; round <= 400; round++)
            {
                await session.OrderAsync(new PauseFrame());
                await hello.SaysAsync("orders: pause", cancel, round);
                await session.OrderAsync(new ResumeFrame());
                await hello.SaysAsync("orders: resume", cancel, round + 1);
                obeyed += 2;
            }
        }
        catch (SyscallException)
        {
            // Full for so long that the session is over already: a slow machine does not come to the last round.
        }

        await hello.SaysAsync("is over", cancel);
        hello.Signal(Signum.SIGTERM);
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);

        // Whatever was sent is whole: the stream ends between two frames.
        Assert.That(async () => await session.ExpectEndAsync(cancel), Throws.Nothing);

        // An order that waited for its report would not have been obeyed once nothing could be sent.
        Assert.That(obeyed, Is.GreaterThan(session.Received.OfType<StateFrame>().Count() + 10));
    }

    [Test]
    public async Task A_paused_app_whose_pool_stays_away_accepts_again(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("ZERG_ORPHAN_GRACE", "5s"));
        using var early = await RawClient.ConnectAsync(pool.Port, cancel);
        using (var session = await pool.AcceptAsync(cancel))
        {
            await session.ExpectAsync<ReadyFrame>(cancel);
            await session.OrderAsync(new PauseFrame());
            await hello.SaysAsync("orders: pause", cancel);
        }

        await hello.SaysAsync("accepting without it unless it is back within 5 s", cancel);
        Assert.That(ListenerState.Of(pool.Listener).Queued, Is.EqualTo(1));
        Assert.That(await early.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
        await hello.SaysAsync("is still away, accepting without it", cancel);
    }

    [Test]
    public async Task A_standby_whose_pool_dies_stays_closed_and_says_so(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("ZERG_MODE", "standby"), ("ZERG_ORPHAN_GRACE", "0"));
        using var early = await RawClient.ConnectAsync(pool.Port, cancel);
        using (var session = await pool.AcceptAsync(cancel))
            await session.ExpectStateAsync(ZerglingState.Paused, cancel);

        await hello.SaysAsync("its sockets stay closed", cancel);
        Assert.That(ListenerState.Of(pool.Listener).Queued, Is.EqualTo(1));
    }
}
