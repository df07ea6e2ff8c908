using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Zerg.Posix;
using Zergling.AspNetCore.Listening;

namespace Zerg.Tests.AspNetCore;

[CancelAfter(60_000)]
internal sealed class GateTests
{
    private const int Cycles = 4_000;
    private const int Clients = 4;

    [Test]
    public async Task Opening_and_closing_thousands_of_times_loses_no_connection(CancellationToken cancel)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(AppPool.Backlog);
        using var shared = FileDescriptor.Duplicate(listening.SafeHandle);
        var served = new ConcurrentDictionary<byte, int>();

        // Two copies of one listener, as two releases have them; each answers with its own letter.
        await using var old = new Gate(Copy(shared), socket => Serve(socket, (byte)'a', served), NullLogger.Instance);
        await using var next = new Gate(Copy(shared), socket => Serve(socket, (byte)'b', served), NullLogger.Instance);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var clients = Enumerable.Range(0, Clients)
            .Select(_ => Task.Run(() => ConnectAsync((IPEndPoint)listening.LocalEndPoint!, over.Token), cancel))
            .ToArray();

        for (var cycle = 0; cycle < Cycles || served.Values.Sum() < Cycles; cycle++)
        {
            cancel.ThrowIfCancellationRequested();
            old.Open();
            await next.CloseAsync();
            await Task.Yield();
            next.Open();
            await old.CloseAsync();
        }

        await over.CancelAsync();
        var answers = await Task.WhenAll(clients);
        Assert.That(answers.Sum(), Is.GreaterThanOrEqualTo(Cycles));
        Assert.That(served.Values.Sum(), Is.EqualTo(answers.Sum()));
        Assert.That(served, Has.Count.EqualTo(2), "both served");
        await next.CloseAsync();
        Assert.That(ListenerState.Of(shared), Is.EqualTo(ListenerState.Untouched));
    }

    [Test]
    public async Task A_closed_gate_leaves_every_connection_in_the_queue(CancellationToken cancel)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(AppPool.Backlog);
        using var shared = FileDescriptor.Duplicate(listening.SafeHandle);
        var count = 0;
        await using var gate = new Gate(Copy(shared), socket => { count++; socket.Dispose(); }, NullLogger.Instance);

        for (var round = 0; round < 1_000; round++)
        {
            gate.Open();
            await gate.CloseAsync();
        }

        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listening.LocalEndPoint!, cancel);
        Assert.That(count, Is.Zero);
        Assert.That(ListenerState.Of(shared).Queued, Is.EqualTo(1));
        gate.Open();
        Assert.That(await client.ReceiveAsync(new byte[1], cancel), Is.Zero);
    }

    [Test]
    public async Task A_delivery_that_fails_closes_its_connection_and_no_other(CancellationToken cancel)
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(AppPool.Backlog);
        using var shared = FileDescriptor.Duplicate(listening.SafeHandle);
        var first = true;
        await using var gate = new Gate(
            Copy(shared),
            socket =>
            {
                if (!first)
                {
                    socket.Dispose();
                    return;
                }

                first = false;
                throw new SocketException((int)SocketError.TooManyOpenSockets);
            },
            NullLogger.Instance);
        gate.Open();
        for (var round = 0; round < 2; round++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(listening.LocalEndPoint!, cancel);
            Assert.That(await client.ReceiveAsync(new byte[1], cancel), Is.Zero);
        }
    }

    private static ZergSocket Copy(FileDescriptor shared) => new(shared.Duplicate(), "http-0", "127.0.0.1:0", "http");

    private static void Serve(Socket socket, byte letter, ConcurrentDictionary<byte, int> served)
    {
        served.AddOrUpdate(letter, 1, (_, count) => count + 1);
        socket.Send([letter]);
        socket.Dispose();
    }

    // Every connection must be answered with its byte; any reset, refusal or empty answer throws.
    private static async Task<int> ConnectAsync(IPEndPoint address, CancellationToken over)
    {
        var count = 0;
        var buffer = new byte[1];
        while (!over.IsCancellationRequested)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(address, CancellationToken.None);
            if (await client.ReceiveAsync(buffer, CancellationToken.None) != 1)
                throw new AssertionException("a connection was closed without an answer");
            count++;
        }

        return count;
    }
}
