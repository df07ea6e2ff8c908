using System.Net;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

[Parallelizable]
internal sealed class GreetingTests
{
    [Test]
    [CancelAfter(30_000)]
    public async Task A_client_gets_the_sockets_in_order_with_names_addresses_and_protocols(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartInAsync(
            null,
            [
                "--zerg-pool", "DIR/pool.sock", "--http", "127.0.0.1:0", "--socket", "DIR/app.sock",
                "--http-socket", "[::1]:0",
                "--listen", "77",
            ],
            null, cancel);
        await using var client = await pool.AttachAsync(cancel);
        var addresses = await pool.AddressesAsync(cancel);

        Assert.That(client.IsPlain, Is.False);
        Assert.That(client.Session, Is.EqualTo(1));
        Assert.That(client.Generation, Is.Zero);
        Assert.That(client.Backlog, Is.EqualTo(77));
        Assert.That(client.Sockets.Select(socket => socket.Address), Is.EqualTo(addresses));
        Assert.That(
            client.Sockets.Select(socket => socket.Protocol), Is.EquivalentTo(new[] { "http", "uwsgi", "http" }));
        var unix = client.Sockets.Single(socket => socket.Protocol == "uwsgi");
        Assert.That((unix.Name, unix.Address), Is.EqualTo(("uwsgi-app.sock", pool.File("app.sock"))));
        foreach (var socket in client.Sockets.Where(socket => socket.Protocol == "http"))
        {
            var bound = (IPEndPoint)Borrow(socket).LocalEndPoint!;
            Assert.That(socket.Address, Is.EqualTo(bound.ToString()));
            Assert.That(socket.Name, Is.EqualTo($"http-{bound.Port}"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task As_many_sockets_as_fit_a_message_fit_a_welcome_whatever_their_names(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        var paths = Enumerable.Range(100, Zerg.Posix.Ancillary.MaxDescriptors)
            .Select(number => $"{temporary.Path}/{new string('ж', (95 - temporary.Path.Length) / 2)}{number}").ToArray();
        await using var pool = await PoolProcess.StartWithAsync(string.Join(',', paths), cancel);
        await using var client = await pool.AttachAsync(cancel);

        Assert.That(client.IsPlain, Is.False);
        Assert.That(client.Sockets.Select(socket => socket.Address), Is.EqualTo(paths));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Whoever_finds_the_queue_full_attaches_as_soon_as_there_is_room(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        var crowd = new List<Socket>();
        Task<ZergClient> attaching;
        try
        {
            pool.Process.Signal(Signum.SIGSTOP);
            while (TryConnect(pool.Path) is { } one)
                crowd.Add(one);
            Assert.That(crowd, Has.Count.GreaterThan(1));

            // The first try is over by the time this returns: connect(2) to a UNIX socket never waits.
            attaching = pool.AttachAsync(cancel);
            Assert.That(attaching.IsCompleted, Is.False);
        }
        finally
        {
            crowd.ForEach(one => one.Dispose());
            pool.Process.Signal(Signum.SIGCONT);
        }

        await using var client = await attaching;
        Assert.That(client.Session, Is.GreaterThan(0));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_connection_is_accepted_on_what_was_passed(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync("127.0.0.1:0,DIR/app.sock", cancel);
        await using var client = await pool.AttachAsync(cancel);
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(await pool.EndPointAsync(cancel), cancel);
        using var served = await Borrow(client.Sockets[0]).AcceptAsync(cancel);
        await served.SendAsync("hello"u8.ToArray(), cancel);
        var received = new byte[16];
        Assert.That(await caller.ReceiveAsync(received, cancel), Is.EqualTo(5));

        using var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await local.ConnectAsync(new UnixDomainSocketEndPoint(pool.File("app.sock")), cancel);
        using var servedToo = await Borrow(client.Sockets[1]).AcceptAsync(cancel);
        Assert.That(servedToo.Connected);
    }

    [TestCase(1)]
    [TestCase(10)]
    [TestCase(253)]
    [CancelAfter(30_000)]
    public async Task The_greeting_is_that_of_uWSGI_to_the_byte(int count, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync(
            string.Join(',', Enumerable.Range(0, count).Select(n => $"@{Guid.NewGuid():N}{n}")), cancel);
        using var peer = await RawPeer.ConnectAsync(pool.Path, cancel);

        byte[] expected = [.. "uwsgi-zerg"u8, .. BitConverter.GetBytes(count)];
        Assert.That(await peer.BytesAsync(Greeting.Length, cancel), Is.EqualTo(expected));
        var descriptors = peer.Descriptors(count);
        Assert.That(descriptors.Select(one => one.Inode).Distinct().Count(), Is.EqualTo(count));
        foreach (var descriptor in descriptors)
            descriptor.Dispose();
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task More_sockets_than_a_message_takes_are_a_configuration_error(CancellationToken cancel)
    {
        var addresses = string.Join(',', Enumerable.Range(0, 254).Select(n => $"@{n}"));
        var run = await PoolProcess.RunAsync(cancel, "--zerg-pool", $"/tmp/none.sock:{addresses}");

        Assert.That(run.ExitCode, Is.EqualTo(64));
        Assert.That(run.Errors, Has.Count.EqualTo(1));
        Assert.That(run.Errors[0], Does.Contain("254 sockets"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Two_pools_of_one_process_pass_their_own_sockets(CancellationToken cancel)
    {
        var name = $"@zp-{Guid.NewGuid():N}";
        await using var pool = await PoolProcess.StartInAsync(
            null,
            [
                "--zerg-pool", $"DIR/pool.sock:127.0.0.1:0,{name}",
                "--zerg-pool", "DIR/other.sock:DIR/b.sock,DIR/c.sock,DIR/d.sock",
            ],
            null, cancel);
        await using var one = await pool.AttachAsync(cancel);
        await using var other = await ZergClient.AttachAsync(
            new ZergClientOptions { Pool = pool.File("other.sock"), Release = "v1" }, cancel);

        Assert.That(one.Sockets.Select(socket => socket.Address).Last(), Is.EqualTo(name));
        Assert.That(one.Sockets, Has.Count.EqualTo(2));
        Assert.That(
            other.Sockets.Select(socket => Path.GetFileName(socket.Address)),
            Is.EqualTo(new[] { "b.sock", "c.sock", "d.sock" }));
        Assert.That(await pool.ZerglingsAsync(cancel), Has.Length.EqualTo(2));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Who_serves_in_one_pool_takes_over_from_nobody_in_another(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartInAsync(
            null, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", "--zerg-pool", "DIR/other.sock:127.0.0.1:0"], null, cancel);
        await using var here = await pool.ServeAsync(cancel, "v1");
        await using var there = await ZergClient.AttachAsync(
            new ZergClientOptions { Pool = pool.File("other.sock"), Release = "another app" }, cancel);
        await there.ReadyAsync(cancel);
        await there.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        await pool.StateAsync(there.Session, "accepting", cancel);

        // The next release of the one replaces that one alone.
        await using var next = await pool.ServeAsync(cancel, "v2");
        await foreach (var order in here.OrdersAsync(cancel))
        {
            if (order is ZergOrder.Drain)
                break;
        }

        Assert.That(await pool.StateOfAsync(there.Session, cancel), Is.EqualTo("accepting"));
        await there.DisposeAsync();
        await pool.StateAsync(there.Session, "gone", cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Forty_pools_of_one_process_all_answer(CancellationToken cancel)
    {
        string[] options = [.. Enumerable.Range(0, 40)
            .SelectMany(n => (string[])["--zerg-pool", $"DIR/{n}.sock:DIR/app{n}.sock"])];
        await using var pool = await PoolProcess.StartInAsync(null, options, null, cancel);
        for (var n = 39; n >= 0; n -= 13)
        {
            await using var client = await ZergClient.AttachAsync(
                new ZergClientOptions { Pool = pool.File($"{n}.sock"), Release = "v1" }, cancel);
            Assert.That(client.Sockets.Single().Address, Is.EqualTo(pool.File($"app{n}.sock")));
        }
    }

    // Never owning: see ZergSocket.
    private static Socket Borrow(ZergSocket socket) => new(new SafeSocketHandle(socket.Handle, ownsHandle: false));

    // Null when no more may wait to be accepted.
    private static Socket? TryConnect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(UnixAddress.EndPoint(path));
            return socket;
        }
        catch (SocketException full) when (full.SocketErrorCode == SocketError.WouldBlock)
        {
            socket.Dispose();
            return null;
        }
    }
}
