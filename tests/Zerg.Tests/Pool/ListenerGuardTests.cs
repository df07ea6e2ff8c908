using System.Net;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>What one holder does to a shared listener, the pool puts right.</summary>
[Parallelizable]
internal sealed class ListenerGuardTests
{
    private readonly string _name = $"@zp-guard-{Guid.NewGuid():N}";
    private PoolProcess _pool = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _pool = await PoolProcess.StartWithAsync(
            $"127.0.0.1:0,DIR/app.sock,{_name}", patience.Token, "--listen", "50");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _pool.DisposeAsync();

    [TestCase(0, "listen", "its backlog was 5 instead of 50")]
    [TestCase(0, "linger", "SO_LINGER was on")]
    [TestCase(0, "block", "O_NONBLOCK was off")]
    [TestCase(0, "defer", "TCP_DEFER_ACCEPT was on")]
    [TestCase(0, "shutdown", "it did not listen any more (somebody called shutdown)")]
    [TestCase(1, "listen", "its backlog was 5 instead of 50")]
    [TestCase(1, "linger", "SO_LINGER was on")]
    [TestCase(1, "block", "O_NONBLOCK was off")]
    [CancelAfter(30_000)]
    public async Task Is_repaired_in_place(int index, string harm, string found, CancellationToken cancel)
    {
        await using var client = await _pool.AttachAsync(cancel, name: "culprit");
        var socket = client.Sockets[index];
        Harm(socket.Handle, harm);

        // Who comes has the listeners looked at; without that it happens every few seconds.
        await using (await _pool.AttachAsync(cancel))
            await _pool.WaitForLineAsync($"listener {socket.Address} repaired: {found}", cancel);

        Assert.That(ListenerOptions.Lingers(socket.Handle), Is.False);
        Assert.That(ListenerOptions.IsNonBlocking(socket.Handle));
        Assert.That(ListenerOptions.IsListening(socket.Handle));
        if (index == 0)
            Assert.That(ListenerOptions.TcpQueue(socket.Handle).Backlog, Is.EqualTo(50));
        else
            Assert.That(UnixDiag.Query(socket.Descriptor.Inode)!.Value.Backlog, Is.EqualTo(50));
        await AssertServesAsync(socket, cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_suspect_is_the_one_that_left(CancellationToken cancel)
    {
        await using (var client = await _pool.AttachAsync(cancel, name: "saboteur"))
            Harm(client.Sockets[0].Handle, "linger");

        var line = await _pool.WaitForLineAsync("(saboteur, pid", cancel);
        await _pool.WaitForLineAsync($"SO_LINGER was on (suspect: zergling ", cancel);
        Assert.That(line, Does.Contain($"pid {Environment.ProcessId}"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_UNIX_listener_that_was_shut_down_is_bound_anew_and_announced(CancellationToken cancel)
    {
        const int index = 1;
        await using var client = await _pool.AttachAsync(cancel);
        await using var other = await _pool.AttachAsync(cancel);
        var old = client.Sockets[index];
        Harm(old.Handle, "shutdown");

        foreach (var one in new[] { client, other })
        {
            var announced = await one.OrdersAsync(cancel).OfType<ZergOrder.Sockets>().FirstAsync(cancel);
            var fresh = announced.Added.Single();
            Assert.That(announced.Removed, Is.Empty);
            Assert.That((fresh.Name, fresh.Address, fresh.Protocol), Is.EqualTo((old.Name, old.Address, old.Protocol)));
            Assert.That(fresh.Descriptor.Inode, Is.Not.EqualTo(old.Descriptor.Inode));
            await AssertServesAsync(fresh, cancel);
        }

        await _pool.WaitForLineAsync(
            $"listener {old.Address} repaired: somebody called shutdown on it; it is bound anew", cancel);
        await using var later = await _pool.AttachAsync(cancel);
        await AssertServesAsync(later.Sockets[index], cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_abstract_listener_that_was_shut_down_is_reported_while_others_hold_its_name(
        CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync($"{_name}-shut", cancel);
        await using var client = await pool.AttachAsync(cancel);
        Harm(client.Sockets[0].Handle, "shutdown");

        await using (await pool.AttachAsync(cancel))
        {
            // Perhaps among others: what other tests start holds its sockets as well, until it executes its program.
            Assert.That(
                await pool.WaitForLineAsync($"listener {_name}-shut cannot be repaired", cancel),
                Does.Contain("Address already in use, held by pid ").And.Contain($"pid {Environment.ProcessId} ("));
        }
    }

    [TestCase(false, "it is gone")]
    [TestCase(true, "a file of uid ")]
    [CancelAfter(30_000)]
    public async Task A_path_that_leads_to_the_listener_no_more_is_told_of(bool isReplaced, string what, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync("DIR/app.sock", cancel);
        var path = System.IO.Path.Combine(pool.Directory, "app.sock");
        File.Delete(path);
        if (isReplaced)
            File.WriteAllText(path, "");
        await pool.WaitForLineAsync($"listener {path}: nobody finds it any more: {what}", cancel);
        var socket = (await pool.StatusAsync(cancel)).GetProperty("sockets")[0];
        Assert.That(socket.GetProperty("state").GetString(), Is.EqualTo("unlinked"));
    }

    private static unsafe void Harm(int fd, string harm)
    {
        switch (harm)
        {
            case "listen":
                Assert.That(Syscall.listen(fd, 5), Is.Zero);
                break;
            case "linger":
                var linger = stackalloc int[] { 1, 0 };
                Assert.That(Libc.setsockopt(fd, 1, 13, linger, 8), Is.Zero);
                break;
            case "defer":
                var one = 1;
                Assert.That(Libc.setsockopt(fd, 6, 9, &one, 4), Is.Zero);
                break;
            case "block":
                Assert.That(Syscall.fcntl(fd, FcntlCommand.F_SETFL, 0), Is.Zero);
                break;
            case "shutdown":
                Assert.That(Syscall.shutdown(fd, ShutdownOption.SHUT_RDWR), Is.Zero);
                break;
        }
    }

    private static async Task AssertServesAsync(ZergSocket socket, CancellationToken cancel)
    {
        var unix = !socket.Address.StartsWith("127.", StringComparison.Ordinal);
        EndPoint address = unix ? UnixAddress.EndPoint(socket.Address) : IPEndPoint.Parse(socket.Address);
        using var caller = new Socket(
            address.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await caller.ConnectAsync(address, cancel);
        await caller.SendAsync("x"u8.ToArray(), cancel);

        // accept(2) itself: one descriptor must not become a .NET socket twice. A TCP caller is connected a moment before
        // the last packet of its handshake has come here.
        var number = -1;
        await Poll.UntilAsync(
            () => (number = Syscall.accept(socket.Handle, null)) > 0, () => $"nobody comes in at {socket.Address}", cancel);
        using var accepted = new FileDescriptor(number);
    }
}
