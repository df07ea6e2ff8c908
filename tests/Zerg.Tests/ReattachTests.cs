using Zerg.Protocol;
using Zerg.Tests.AspNetCore;

namespace Zerg.Tests;

/// <summary>The library's part in the return of a pool.</summary>
[CancelAfter(30_000)]
internal sealed class ReattachTests
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(300);

    // The greeting is in time however slow this machine is.
    private static readonly TimeSpan s_greeting = TimeSpan.FromSeconds(3);

    [Test]
    public async Task What_is_held_is_recognised_and_the_first_hello_is_repeated(CancellationToken cancel)
    {
        using var pool = new AppPool("http", "http");
        var attaching = ZergClient.AttachAsync(Options(pool), cancel);
        var session = await pool.AcceptAsync(cancel);
        await using var first = await attaching;
        var hello = await session.ExpectAsync<HelloFrame>(cancel);
        session.Dispose();
        Assert.That(await first.OrdersAsync(cancel).CountAsync(cancel), Is.Zero);

        var again = first.ReattachAsync(new ZergStanding(ZerglingState.Paused, 2, first.Sockets), cancel);
        (session, var second) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            var (offered, descriptors) = await session.ExpectOfferAsync(cancel);
            await session.WelcomeAsync(5, offered, descriptors);
            await using var client = await again;
            Assert.That((client.Session, second.Session, second.Generation), Is.EqualTo((5, 1, 2)));
            Assert.That(second.Started, Is.EqualTo(hello.Started));
            Assert.That(client.Sockets.Zip(first.Sockets, (one, other) => one.IsSameAs(other)), Is.All.True);
            Assert.That(client.Sockets[0].IsSameAs(first.Sockets[1]), Is.False);
        }
    }

    [Test]
    public async Task A_pool_that_is_recovering_has_longer_for_its_welcome_than_for_its_greeting(
        CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        var attaching = ZergClient.AttachAsync(Options(pool) with { Timeout = s_greeting }, cancel);
        var (session, _) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            using var late = new PeriodicTimer(s_greeting + TimeSpan.FromSeconds(1));
            await late.WaitForNextTickAsync(cancel);
            Assert.That(attaching.IsCompleted, Is.False);
            await session.WelcomeAsync(1, [pool.Info(0)], [pool.Listener]);
            await using var client = await attaching;
            Assert.That(client.Sockets, Has.One.Items);
        }
    }

    [Test]
    public async Task But_not_for_ever(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        var attaching = ZergClient.AttachAsync(Options(pool) with { RecoveryTimeout = s_short }, cancel);
        var (session, _) = await pool.AcceptEmptyAsync(cancel);
        using (session)
        {
            Assert.That(
                async () => await attaching,
                Throws.InstanceOf<ZergException>().With.Property("ExitCode").EqualTo(69)
                    .And.Message.EqualTo($"{pool.Path}: the pool came back and did not get its sockets within 0.3 s"));
        }
    }

    [Test]
    public async Task A_pool_that_dies_before_its_welcome_is_no_plain_one(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        var attaching = ZergClient.AttachAsync(Options(pool), cancel);
        var (session, _) = await pool.AcceptEmptyAsync(cancel);
        session.Dispose();
        Assert.That(async () => await attaching, Throws.InstanceOf<ZergException>());

        // It greeted a newcomer: a uWSGI would be there still, and do the same again.
        attaching = ZergClient.AttachAsync(Options(pool), cancel);
        await pool.AcceptPlainAsync(cancel);
        using var greeted = await pool.AcceptAsync(cancel);
        await using var client = await attaching;
        Assert.That(client.IsPlain, Is.False);
        var again = client.ReattachAsync(new ZergStanding(ZerglingState.Accepting, 1, client.Sockets), cancel);
        await pool.AcceptPlainAsync(cancel);
        Assert.That(async () => await again, Throws.InstanceOf<ZergException>());
    }

    private static ZergClientOptions Options(AppPool pool) => new() { Pool = pool.Path, Release = "r1" };
}
