using System.Net.Sockets;
using System.Text;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(60_000)]
internal sealed class AttachTests
{
    [Test]
    public async Task Nothing_is_accepted_before_the_pool_orders_it(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var early = await RawClient.ConnectAsync(pool.Port, cancel);
        await early.SendAsync("/", cancel);
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);

        await session.ExpectAsync<ReadyFrame>(cancel);
        var waiting = await session.ExpectStateAsync(ZerglingState.Paused, cancel);
        Assert.That(waiting.Connections, Is.Zero);
        Assert.That(ListenerState.Of(pool.Listener).Queued, Is.EqualTo(1));

        await session.OrderAsync(new ResumeFrame());
        Assert.That(await early.AnswerAsync(cancel), Does.StartWith("HTTP/1.1 200").And.Contain("X-Release: r1"));
        Assert.That(session.Received.OfType<HelloFrame>().Single().App, Is.EqualTo("hello"));
    }

    [Test]
    public async Task A_warm_up_that_fails_is_a_release_that_fails(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("HELLO_FAIL", "warmup"));
        using var session = await pool.AcceptAsync(cancel);

        Assert.That((await session.ExpectAsync<FailedFrame>(cancel)).Reason, Does.Contain("500"));
        Assert.That(await hello.ExitAsync(cancel), Is.EqualTo(1));
        await session.ExpectEndAsync(cancel);
        Assert.That(session.Received.OfType<ReadyFrame>(), Is.Empty);
    }

    [Test]
    public async Task An_address_that_speaks_uwsgi_fails_naming_its_option(CancellationToken cancel)
    {
        using var pool = new AppPool("http", "uwsgi");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);

        Assert.That((await session.ExpectAsync<FailedFrame>(cancel)).Reason, Does.Contain("option socket"));
        Assert.That(await hello.ExitAsync(cancel), Is.EqualTo(78));
        Assert.That(hello.Output, Does.Contain("option socket"));
    }

    [Test]
    public async Task A_pool_that_is_absent_is_one_line_and_status_69(CancellationToken cancel)
    {
        using var hello = HelloProcess.Start(["--zerg", "/tmp/no/such/pool.sock"]);
        Assert.That(await hello.ExitAsync(cancel), Is.EqualTo(69));
        Assert.That(hello.Output.Trim(), Does.StartWith("hello: /tmp/no/such/pool.sock: the pool cannot be reached"));
        Assert.That(hello.Errors, Has.One.Items);
    }

    [TestCase("ZERG_MODE", "bogus", "zerg-mode")]
    [TestCase("ZERG_MERCY", "abc", "zerg-mercy")]
    public async Task An_option_that_makes_no_sense_is_one_line_and_status_78(
        string variable, string value, string named, CancellationToken cancel)
    {
        using var hello = HelloProcess.Start([], (variable, value));
        Assert.That(await hello.ExitAsync(cancel), Is.EqualTo(78));
        Assert.That(hello.Output.Trim(), Does.StartWith($"hello: {named}: ").And.Contain(value));
        Assert.That(hello.Errors, Has.One.Items);
    }

    [Test]
    public async Task A_start_that_throws_after_the_attach_is_explained_to_the_pool(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("HELLO_FAIL", "throw"));
        using var session = await pool.AcceptAsync(cancel);
        Assert.That((await session.ExpectAsync<FailedFrame>(cancel)).Reason,
            Is.EqualTo("InvalidOperationException: told to fail while it starts"));
        await session.ExpectEndAsync(cancel);
        Assert.That(session.Received.OfType<ByeFrame>(), Is.Empty);
        Assert.That(await hello.ExitAsync(cancel), Is.Not.Zero);
    }

    [Test]
    public async Task A_signal_during_the_start_is_named_in_its_bye(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("HELLO_FAIL", "hang"));
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectStateAsync(ZerglingState.Starting, cancel);
        hello.Signal(Signum.SIGTERM);
        Assert.That((await session.ExpectAsync<ByeFrame>(cancel)).Reason, Is.EqualTo("SIGTERM"));
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        Assert.That(session.Received.OfType<FailedFrame>(), Is.Empty);
    }

    [Test]
    public async Task A_start_that_hangs_is_stopped_with_the_status_of_the_order(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("HELLO_FAIL", "hang"));
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<HelloFrame>(cancel);

        await session.OrderAsync(new StopFrame { Reason = "not ready in time", ExitCode = 75 });
        Assert.That(await hello.ExitAsync(cancel), Is.EqualTo(75));
    }

    [Test]
    public async Task A_pool_that_dies_before_its_first_order_does_not_stop_the_service(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("ZERG_ORPHAN_GRACE", "1s"));
        using (var session = await pool.AcceptAsync(cancel))
            await session.ExpectAsync<ReadyFrame>(cancel);

        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
    }

    [Test]
    public async Task A_plain_pool_is_served_as_soon_as_the_app_is_warm(CancellationToken cancel)
    {
        using var pool = new AppPool("any");
        using var hello = HelloProcess.Attach(pool);
        await pool.AcceptPlainAsync(cancel);
        await pool.AcceptPlainAsync(cancel);

        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
        hello.Signal(Signum.SIGTERM);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK"));
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
    }

    [Test]
    public async Task Sockets_come_and_go_while_it_serves(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());
        await session.ExpectStateAsync(ZerglingState.Accepting, cancel);

        var added = pool.Bind("http");
        await session.OrderAsync(new SocketsFrame { Added = [added.Info] }, added.Descriptor);
        using var client = await RawClient.ConnectAsync(added.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));

        // The same socket once more: it is recognised, and serves on.
        await session.OrderAsync(new SocketsFrame { Added = [pool.Info(0)] }, pool.Listener);
        await session.OrderAsync(new SocketsFrame { Removed = [added.Info.Name] });
        await hello.SaysAsync("0 came, 1 went", cancel);
        using var first = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await first.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
        Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"), "kept alive");

        using var late = await RawClient.ConnectAsync(added.Port, cancel);
        await session.OrderAsync(new PauseFrame());
        await session.ExpectStateAsync(ZerglingState.Paused, cancel);
        Assert.That(ListenerState.Of(added.Descriptor).Queued, Is.EqualTo(1));
        Assert.That(ListenerState.Of(added.Descriptor).IsListening);
    }

    [Test]
    public async Task An_address_that_the_app_binds_itself_is_a_warning(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        using var hello = HelloProcess.Attach(pool, ("Kestrel__Endpoints__mine__Url", "http://127.0.0.1:0"));
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await hello.SaysAsync("is bound by this app itself", cancel);
        Assert.That(hello.Output, Does.Not.Contain($"127.0.0.1:{pool.Port}' is bound by this app itself"));
    }

    [Test]
    public async Task A_socket_that_was_removed_may_come_back(CancellationToken cancel)
    {
        using var pool = new AppPool("http", "http");
        using var hello = HelloProcess.Attach(pool);
        using var session = await pool.AcceptAsync(cancel);
        await session.ExpectAsync<ReadyFrame>(cancel);
        await session.OrderAsync(new ResumeFrame());

        for (var round = 1; round <= 5; round++)
        {
            await session.OrderAsync(new SocketsFrame { Removed = [pool.Info(0).Name] });
            await hello.SaysAsync("0 came, 1 went", cancel, round);
            await session.OrderAsync(new SocketsFrame { Added = [pool.Info(0)] }, pool.Listener);
            using var client = await RawClient.ConnectAsync(pool.Port, cancel);
            Assert.That(await client.AskAsync("/", cancel), Does.StartWith("HTTP/1.1 200"));
        }

        hello.Signal(Signum.SIGTERM);
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        Assert.That(hello.Output, Does.Not.Contain("accept on"));
    }

    [Test]
    public async Task Under_the_launcher_it_serves_what_it_inherits_and_tells_that_it_is_ready(CancellationToken cancel)
    {
        using var pool = new AppPool("http");
        var path = pool.Path + ".notify";
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        notify.Bind(new UnixDomainSocketEndPoint(path));
        using var inherited = new FileDescriptor(Libc.fcntl(pool.Listener.Number, 0, 20));

        using var hello = HelloProcess.Launch(
            inherited.Number, ("NOTIFY_SOCKET", path), ("LISTEN_FDNAMES", "http-0"), ("ZERG_RELEASE", "r7"));
        var message = new byte[100];
        var count = await notify.ReceiveAsync(message, cancel);
        Assert.That(Encoding.UTF8.GetString(message, 0, count), Is.EqualTo("READY=1"));

        using var client = await RawClient.ConnectAsync(pool.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("X-Release: r7"));
        hello.Signal(Signum.SIGTERM);
        await notify.ReceiveAsync(message, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("Connection: close"));
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        Assert.That(ListenerState.Of(pool.Listener), Is.EqualTo(ListenerState.Untouched));
    }

    [Test]
    public async Task Without_a_pool_it_is_plain_Kestrel(CancellationToken cancel)
    {
        using var hello = HelloProcess.Start(["--urls", "http://127.0.0.1:0"]);
        await hello.SaysAsync("Application started", cancel);
        using var client = await RawClient.ConnectAsync(hello.Port, cancel);
        Assert.That(await client.AskAsync("/", cancel), Does.Contain("200 OK"));

        hello.Signal(Signum.SIGTERM);
        Assert.That(await hello.ExitAsync(cancel), Is.Zero);
        Assert.That(hello.Output, Does.Not.Contain("Zergling"));
    }
}
