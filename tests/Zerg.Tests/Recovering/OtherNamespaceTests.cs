using System.Net;
using System.Net.Sockets;
using System.Text;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;
using ZergPool.Recovering;

namespace Zerg.Tests.Recovering;

/// <summary>The same address in another network namespace is another place: no source gives a pool a listener of there.</summary>
[Parallelizable]
[Category("Root")]
internal sealed class OtherNamespaceTests
{
    // Binds what this machine has as well: without IP_FREEBIND (ip(7)) a fresh namespace has no address at all.
    private const string Elsewhere =
        """
        import signal, socket, sys
        address = sys.argv[1]
        if address[0] == "@":
            s = socket.socket(socket.AF_UNIX); s.bind("\0" + address[1:] + "\0")
        elif address[0] == "/":
            s = socket.socket(socket.AF_UNIX); s.bind(address)
        else:
            host, port = address.rsplit(":", 1)
            s = socket.socket(); s.setsockopt(socket.IPPROTO_IP, 15, 1); s.bind((host, int(port)))
        s.listen(10)
        print("descriptor", s.fileno())
        signal.pause()
        """;

    private readonly string _name = $"@zp-elsewhere-{Guid.NewGuid():N}";

    [SetUp]
    public void OnlyAsRoot() => Assume.That(Mono.Unix.Native.Syscall.geteuid(), Is.Zero, "these tests make namespaces");

    [Test]
    [CancelAfter(60_000)]
    public async Task A_listener_of_there_is_refused_and_the_right_one_taken_with_the_next_hand_over(CancellationToken cancel)
    {
        using var listener = Listener();
        var address = listener.LocalEndPoint!.ToString()!;
        using var elsewhere = Start(address);
        using var deaf = await DescriptorAsync(elsewhere, cancel);
        await using var pool = PoolProcess.Launch(
            null, ["--zerg-pool", $"{_name}:{address}", "--control", "DIR/pool.sock.ctl", "--recover-timeout", "30s",
                "--metrics", "DIR/metrics.sock"]);
        await pool.WaitForLineAsync("Address already in use", cancel);
        using var peer = await RawPeer.ConnectAsync(_name, cancel);
        await peer.HelloAsync(cancel);
        await peer.BytesAsync(Greeting.Length, cancel);

        SocketInfo[] infos = [new SocketInfo("any", address, "any")];
        await peer.OfferAsync(infos, [deaf], cancel);
        Proof.Refused(
            await pool.AnyLineAsync(cancel, $"offers as {address} ", " holds "),
            Does.Contain($"offers as {address} listens in another network namespace, refused"));
        using var right = FileDescriptor.Duplicate(listener.SafeHandle);
        await peer.OfferAsync(infos, [right], cancel);
        await pool.WaitForLineAsync(" holds ", cancel);
        Assert.That(
            (await Observing.Scrape.OfAsync(new UnixDomainSocketEndPoint(pool.File("metrics.sock")), cancel))
                ["zergpool_refusals_total", ("reason", "offer")],
            Is.EqualTo(1));

        await using var next = await ZergClient.AttachAsync(new ZergClientOptions { Pool = _name, Release = "r2" }, cancel);
        Assert.That(next.Sockets.Single().Descriptor.Inode, Is.EqualTo(right.Inode));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_is_not_the_socket_of_the_record_is_no_listener_of_the_pool(CancellationToken cancel)
    {
        using var listener = Listener();
        var text = listener.LocalEndPoint!.ToString()!;
        using var elsewhere = Start(text);
        using var deaf = await DescriptorAsync(elsewhere, cancel);
        using var own = FileDescriptor.Duplicate(listener.SafeHandle);
        var target = ListenAddress.Parse(text).Value!.Resolve()[0];
        var recorded = new RecordedSocket(text, text, own.Inode);
        var network = NetworkNamespace.Of(deaf);

        Assert.That(ReturnedSocket.WhyNot(own, target, null), Is.Null);
        Assert.That(ReturnedSocket.WhyNot(own, target, recorded), Is.Null);
        Proof.Refused(
            ReturnedSocket.WhyNot(own, target, recorded with { Inode = 7 }),
            Is.EqualTo($"is another socket (inode {own.Inode}) than the pool before this one had there (7)"));
        Proof.Refused(ReturnedSocket.WhyNot(deaf, target, recorded), Does.StartWith("is another socket (inode "));

        // Of the number of the pool's own, which a patient peer may come by.
        Proof.Refused(
            ReturnedSocket.WhyNot(deaf, target, recorded with { Inode = deaf.Inode }), Does.StartWith("is another socket (inode "));

        // A service manager may pass what listens elsewhere, and it stays the pool's: PrivateNetwork=.
        Assert.That(ReturnedSocket.WhyNot(deaf, target, new RecordedSocket(text, text, deaf.Inode, Network: network)), Is.Null);
        Assert.That(ReturnedSocket.WhyNotPassed(deaf, target, null, isElsewhere: true), Is.Null);
        Proof.Refused(
            ReturnedSocket.WhyNotPassed(deaf, target, null, isElsewhere: false),
            Is.EqualTo("listens in another network namespace"));
    }

    [TestCase("@NAME")]
    [TestCase("DIR/app.sock")]
    [CancelAfter(60_000)]
    public async Task A_UNIX_socket_of_there_is_refused_by_name_and_by_path(string text, CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        text = text.Replace("NAME", _name[1..], StringComparison.Ordinal).Replace("DIR", temporary.Path, StringComparison.Ordinal);

        // In a mount namespace of its own the same path is another file.
        using var elsewhere = Start(text, $"--mount sh -c 'mount -t tmpfs none {temporary.Path} && exec \"$@\"' sh");
        using var deaf = await DescriptorAsync(elsewhere, cancel);
        var address = ListenAddress.Parse(text).Value!;
        using var bound = ListeningSocket.Bind(address.Resolve()[0], address, 10);
        var target = address.Resolve()[0];

        Assert.That(ReturnedSocket.WhyNot(bound.Descriptor, target, null), Is.Null);
        Proof.Refused(ReturnedSocket.WhyNot(deaf, target, null), Is.EqualTo("listens in another network namespace"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_the_service_manager_kept_of_there_is_not_taken_and_the_address_bound(CancellationToken cancel)
    {
        using var temporary = new TemporaryDirectory();
        using var manager = new ServiceManager(temporary.Path);
        string address;
        using (var free = Listener())
            address = free.LocalEndPoint!.ToString()!;
        using var elsewhere = Start(address);
        using var deaf = await DescriptorAsync(elsewhere, cancel);
        await StoreAsync(manager, deaf, cancel);
        await using var pool = await PoolProcess.StartInAsync(
            temporary.Path, ["--zerg-pool", $"DIR/pool.sock:{address}"], manager.Variables, cancel, manager.Prefix);

        Proof.Refused(
            pool.Process.Lines,
            Has.One.Contains("the service manager passed 'stray', which listens in another network namespace, ignoring"));
        await using var client = await pool.ServeAsync(cancel);
        Assert.That(client.Sockets.Single().Descriptor.Inode, Is.Not.EqualTo(deaf.Inode));
        using var caller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(IPEndPoint.Parse(address), cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_file_of_the_same_number_on_another_file_system_is_another_one(CancellationToken cancel)
    {
        const string source =
            """
            import os, signal, socket, sys
            path, wanted = sys.argv[1], int(sys.argv[2])
            while True:
                with open(path + ".n", "w") as f: number = os.fstat(f.fileno()).st_ino
                os.unlink(path + ".n")
                if number >= wanted - 1: break
            s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen(10)
            print("descriptor", s.fileno(), os.stat(path).st_ino)
            signal.pause()
            """;
        using var temporary = new TemporaryDirectory();
        var own = temporary.File("own");
        Directory.CreateDirectory(own);
        await RunAsync("mount", cancel, "-t", "tmpfs", "none", own);
        try
        {
            // Far enough that the other file system gets there.
            for (var n = 0; n < 20; n++)
                File.WriteAllText(Path.Combine(own, $"{n}"), "");
            var address = ListenAddress.Parse($"{own}/app.sock").Value!;
            using var bound = ListeningSocket.Bind(address.Resolve()[0], address, 10);
            var inode = UnixSocketFile.Identity($"{own}/app.sock")!.Value.Inode;

            // It has the same path, in a mount namespace of its own, in this network namespace.
            using var server = HelperProcess.Start(
                "unshare", ["--mount", "sh", "-c", $"mount -t tmpfs none {own} && exec \"$@\"", "sh",
                    "/usr/bin/python3", "-u", "-c", source, $"{own}/app.sock", $"{inode}"]);
            using var taken = await DescriptorAsync(server, cancel);
            Assert.That((await server.WaitForLineAsync("descriptor ", cancel)).Split(' ')[2], Is.EqualTo($"{inode}"));

            Assert.That(ListenerCheck.WhyNot(bound.Descriptor, address.Resolve()[0]), Is.Null);
            Proof.Refused(
                ListenerCheck.WhyNot(taken, address.Resolve()[0]), Is.EqualTo($"is not what '{own}/app.sock' leads to any more"));
            Assert.That(ListenerTable.At(address.Resolve()[0]), Is.EqualTo(new[] { bound.Descriptor.Inode }));
        }
        finally
        {
            await RunAsync("umount", cancel, "--lazy", own);
        }
    }

    [Test]
    public void What_takes_only_a_part_is_said()
    {
        using var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        one.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        one.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        one.Listen();
        var target = ListenAddress.Parse(one.LocalEndPoint!.ToString()!).Value!.Resolve()[0];
        using var descriptor = FileDescriptor.Duplicate(one.SafeHandle);
        Assert.That(ReturnedSocket.WhyNot(descriptor, target, null), Is.Null);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        other.Bind(one.LocalEndPoint!);
        other.Listen();
        Proof.Refused(
            ReturnedSocket.WhyNot(descriptor, target, null), Is.EqualTo("shares the address with other sockets (SO_REUSEPORT)"));

        other.Dispose();
        one.SetRawSocketOption(1, 25, "lo\0"u8);
        Proof.Refused(
            ReturnedSocket.WhyNot(descriptor, target, null),
            Is.EqualTo("takes only what comes in by the network device 1 (SO_BINDTODEVICE)"));
    }

    private static Socket Listener()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static HelperProcess Start(string address, string more = "") => HelperProcess.Start(
        "sh", ["-c", $"exec unshare --net {more} \"$@\"", "sh", "/usr/bin/python3", "-u", "-c", Elsewhere, address]);

    // As whoever was passed it would have it.
    private static async Task<FileDescriptor> DescriptorAsync(HelperProcess process, CancellationToken cancel)
    {
        var number = int.Parse((await process.WaitForLineAsync("descriptor ", cancel)).Split(' ')[1]);
        return ForeignListener.Take(process.Pid, number, out var reason) ?? throw new InvalidOperationException(reason);
    }

    private static async Task StoreAsync(ServiceManager manager, FileDescriptor descriptor, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(manager.NotifyPath), cancel);
        Ancillary.Send(socket.SafeHandle, Encoding.ASCII.GetBytes("FDSTORE=1\nFDNAME=stray"), [descriptor.Number]);
        await manager.KeepsAsync(["stray"], cancel);
    }

    private static async Task RunAsync(string program, CancellationToken cancel, params string[] arguments)
    {
        using var command = HelperProcess.Start(program, arguments);
        Assert.That(await command.ExitAsync(cancel), Is.Zero, () => string.Join('\n', command.Lines));
    }
}
