using Mono.Unix.Native;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

/// <summary>What an app does when its pool was killed and comes back, with the sockets of its zerglings alone.</summary>
[CancelAfter(60_000)]
internal sealed class ReturnTests
{
    [Test]
    public async Task A_pool_that_comes_back_is_told_everything_and_offered_the_sockets(CancellationToken cancel)
    {
        using var pool = new AppPool("http", "any");
        ulong[] inodes = [.. Infos(pool).Select((_, i) => pool.Descriptor(i).Inode)];
        using var hello = HelloProcess.Attach(pool);
        var first = await pool.AcceptAsync(cancel);
        var begun = await first.ExpectAsync<HelloFrame>(cancel);
        Assert.That((begun.State, begun.Generation, begun.Session, begun.Holds.Count), Is.EqualTo(
            (ZerglingState.Starting, 0, 0, 0)));
        await first.ExpectAsync<ReadyFrame>(cancel);
        await first.OrderAsync(new ResumeFrame { Generation = 4 });
        await first.ExpectStateAsync(ZerglingState.Accepting, cancel);
        using var client = await AskAsync(pool, cancel);

        first.Dispose();
        pool.Die();
        await hello.SaysAsync("serving on without it", cancel);
        await AskAsync(client, cancel);
        pool.Rise();
        var (session, again) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            var expected = begun with { State = ZerglingState.Accepting, Generation = 4, Session = 1 };
            Assert.That(again, Is.EqualTo(expected with { Holds = again.Holds }));
            Assert.That(again.Holds, Is.EquivalentTo(Infos(pool).Select(info => info.Address)));
            var (offered, descriptors) = await session.ExpectOfferAsync(cancel);
            Assert.That(offered, Is.EquivalentTo(Infos(pool)));
            Assert.That(
                offered.Zip(descriptors, (info, descriptor) => (info.Name, descriptor.Inode)),
                Is.EquivalentTo(Infos(pool).Zip(inodes, (info, inode) => (info.Name, inode))));

            await session.WelcomeAsync(7, offered, descriptors);
            await session.ExpectAsync<ReadyFrame>(cancel);
            await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
            await hello.SaysAsync("is back", cancel);
            await AskAsync(client, cancel);
            using var late = await AskAsync(pool, cancel);
            Assert.That(ListenerState.Of(descriptors[0]).IsListening);

            await session.OrderAsync(new DrainFrame { Mercy = 30, Reason = "replaced" });
            await session.ExpectStateAsync(ZerglingState.Draining, cancel);
            Assert.That(await client.AskAsync("/", cancel), Does.Contain("Connection: close"));
            Assert.That(await late.AskAsync("/", cancel), Does.Contain("Connection: close"));
            Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        }

        Assert.That(hello.Output.Split("is over").Length + hello.Output.Split("is back").Length, Is.EqualTo(4));
        Assert.That(hello.Output, Does.Not.Contain("came").And.Not.Contain("accept on"));
    }

    [Test]
    public async Task Whoever_was_never_resumed_waits_for_the_pool_that_comes_back(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var early = await RawClient.ConnectAsync(pool.Port, cancel);
        using (var first = await pool.AcceptAsync(cancel))
            await first.ExpectStateAsync(ZerglingState.Paused, cancel);
        pool.Vanish();
        await hello.SaysAsync("unless it is back within 10 s", cancel);
        pool.Rise();

        var (session, again) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            Assert.That((again.State, again.Generation), Is.EqualTo((ZerglingState.Paused, 0)));
            var (offered, descriptors) = await session.ExpectOfferAsync(cancel);
            await session.WelcomeAsync(2, offered, descriptors);
            await session.ExpectAsync<ReadyFrame>(cancel);
            await session.ExpectStateAsync(ZerglingState.Paused, cancel);
            Assert.That(ListenerState.Of(pool.Listener).Queued, Is.EqualTo(1));

            await session.OrderAsync(new ResumeFrame { Generation = 1 });
            Assert.That(await early.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
        }
    }

    [Test]
    public async Task Whoever_accepts_because_its_pool_stays_away_says_so_to_the_next(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("ZERG_ORPHAN_GRACE", "1s"));
        using (var first = await pool.AcceptAsync(cancel))
        {
            await first.ExpectAsync<ReadyFrame>(cancel);
            await first.OrderAsync(new ResumeFrame { Generation = 3 });
            await first.ExpectStateAsync(ZerglingState.Accepting, cancel);
            await first.OrderAsync(new PauseFrame());
            await first.ExpectStateAsync(ZerglingState.Paused, cancel);
        }

        pool.Vanish();
        await hello.SaysAsync("still away, accepting without it", cancel);
        using var client = await AskAsync(pool, cancel);
        pool.Rise();
        var (session, again) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            Assert.That((again.State, again.Generation), Is.EqualTo((ZerglingState.Accepting, 0)));
            var (offered, descriptors) = await session.ExpectOfferAsync(cancel);
            await session.WelcomeAsync(2, offered, descriptors);
            await session.ExpectStateAsync(ZerglingState.Accepting, cancel);

            await session.OrderAsync(new PauseFrame());
            await session.ExpectStateAsync(ZerglingState.Paused, cancel);
        }
    }

    [Test]
    public async Task Sockets_may_come_and_go_with_the_new_pool(CancellationToken cancel)
    {
        using var pool = new AppPool("http", "http");
        using var hello = HelloProcess.Attach(pool);
        using (var first = await pool.AcceptAsync(cancel))
            await ServeAsync(first, cancel);
        using var gone = await RawClient.ConnectAsync(pool.Port, cancel);
        await AskAsync(gone, cancel);
        var added = pool.Bind("http");

        // A pool that has its sockets at once: they come with the greeting.
        using var session = await pool.AcceptAsync(cancel, from: 1);
        await session.ExpectAsync<ReadyFrame>(cancel);
        Assert.That(session.Received.OfType<OfferFrame>(), Is.Empty);
        await hello.SaysAsync("1 came, 1 went", cancel);
        using var client = await RawClient.ConnectAsync(added.Port, cancel);
        await AskAsync(client, cancel);
        using var late = await RawClient.ConnectAsync(pool.Port, cancel);
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
        Assert.That(ListenerState.Of(pool.Listener).Queued, Is.EqualTo(1));
    }

    [Test]
    public async Task A_signal_drains_while_the_pool_hangs_in_its_greeting(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using (var first = await pool.AcceptAsync(cancel))
            await ServeAsync(first, cancel);
        using var hanging = await pool.ConnectedAsync(cancel);
        using var client = await AskAsync(pool, cancel);

        hello.Signal(Signum.SIGTERM);
        await hello.SaysAsync("draining 1 connections", cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("Connection: close"));
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task Whoever_drains_is_in_the_roster_until_it_leaves(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        using (var first = await pool.AcceptAsync(cancel))
        {
            await ServeAsync(first, cancel);
            await AskAsync(client, cancel);
            await first.OrderAsync(new DrainFrame { Mercy = 30, Reason = "replaced" });
            await first.ExpectStateAsync(ZerglingState.Draining, cancel);
        }

        var (session, again) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            Assert.That(again.State, Is.EqualTo(ZerglingState.Draining));
            var (offered, descriptors) = await session.ExpectOfferAsync(cancel);
            await session.WelcomeAsync(2, offered, descriptors);
            Assert.That((await session.ExpectStateAsync(ZerglingState.Draining, cancel)).Connections, Is.EqualTo(1));
            Assert.That(await client.AskAsync("/", cancel), Does.Contain("Connection: close"));
            await session.ExpectAsync<ByeFrame>(cancel);
            Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        }
    }

    [Test]
    public async Task A_newcomer_waits_until_the_pool_has_its_sockets(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        var (session, _) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            await session.WelcomeAsync(1, [pool.Info(0)], [pool.Listener]);
            await ServeAsync(session, cancel);
            using var client = await AskAsync(pool, cancel);
            Assert.That(session.Received.OfType<OfferFrame>(), Is.Empty);
        }
    }

    [Test]
    public async Task Each_of_several_pools_is_sought_by_itself(CancellationToken cancel)
    {
        using var a = new AppPool("http");
        using var b = new AppPool("http");
        using var hello = HelloProcess.Start([], ("ZERG", $"{a.Path},{b.Path}"), ("ZERG_RELEASE", "r1"));
        var sessionA = await a.AcceptAsync(cancel);
        using var sessionB = await b.AcceptAsync(cancel);
        await ServeAsync(sessionA, cancel);
        await ServeAsync(sessionB, cancel);
        a.Vanish();
        sessionA.Dispose();
        await hello.SaysAsync($"'{a.Path}' is over", cancel);

        await sessionB.OrderAsync(new PauseFrame());
        await sessionB.ExpectStateAsync(ZerglingState.Paused, cancel);
        a.Rise();
        var (session, again) = await a.AcceptEmptyAsync(cancel);
        using (session)
        {
            Assert.That(again.State, Is.EqualTo(ZerglingState.Accepting));
            Assert.That(again.Holds, Is.EqualTo([a.Info(0).Address]));
            await session.WelcomeAsync(2, [a.Info(0)], [a.Listener]);
            await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
            await sessionB.OrderAsync(new DrainFrame { Mercy = 30, Reason = "replaced" });
            await sessionB.ExpectStateAsync(ZerglingState.Draining, cancel);
            using (await AskAsync(a, cancel))
                await session.OrderAsync(new DrainFrame { Mercy = 30, Reason = "replaced" });
            Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        }

        Assert.That(hello.Output, Does.Not.Contain($"'{b.Path}' is over"));
    }

    private static IEnumerable<SocketInfo> Infos(AppPool pool) => [pool.Info(0), pool.Info(1)];

    private static async Task ServeAsync(AppSession session, CancellationToken cancel)
    {
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame { Generation = 1 });
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);
    }

    private static async Task<RawClient> AskAsync(AppPool pool, CancellationToken cancel)
    {
        var client = await RawClient.ConnectAsync(pool.Port, cancel);
        await AskAsync(client, cancel);
        return client;
    }

    private static async Task AskAsync(RawClient client, CancellationToken cancel)
        => Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200").And.Not.Contain("close"));
}
