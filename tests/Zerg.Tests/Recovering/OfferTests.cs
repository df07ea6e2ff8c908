using System.Net;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Recovering;

/// <summary>A pool without a record, whose sockets others hold, gets them by offers alone.</summary>
[Parallelizable]
internal sealed class OfferTests
{
    private readonly string _name = $"@zp-offer-{Guid.NewGuid():N}";

    [Test]
    [CancelAfter(60_000)]
    public async Task What_a_killed_pool_held_comes_back_from_those_it_gave_it_to(CancellationToken cancel)
    {
        await using var first = await StartAsync("127.0.0.1:0", cancel);
        using var peer = await RawPeer.ConnectAsync(_name, cancel);
        var greeting = Greeting.Read(await peer.BytesAsync(Greeting.Length, cancel));
        using var held = peer.Descriptors(greeting).Single();
        await peer.HelloAsync(cancel);
        var welcome = (WelcomeFrame)(await peer.FrameAsync(cancel))!;
        var address = welcome.Sockets.Single().Address;
        first.Process.Signal(Signum.SIGKILL);
        await first.Process.ExitAsync(cancel);

        await using var second = Launch(address, "10s");

        // Perhaps among others: what other tests start holds its sockets as well, until it executes its program.
        Assert.That(
            await second.WaitForLineAsync($"bind {address}: Address already in use, held by pid ", cancel),
            Does.Contain($"pid {Environment.ProcessId} ("));
        using var back = await ReturnAsync(cancel);
        Assert.That(Greeting.Read(await back.BytesAsync(Greeting.Length, cancel)), Is.Zero);
        await back.OfferAsync(welcome.Sockets, [held], cancel);
        await second.WaitForLineAsync($"listener {address} is back, from pid {Environment.ProcessId}", cancel);
        await second.WaitForLineAsync(" holds ", cancel);

        var again = (WelcomeFrame)(await back.FrameAsync(cancel))!;
        Assert.That(again.Sockets, Is.EqualTo(welcome.Sockets));
        Assert.That(again.Session, Is.EqualTo(7));
        using var same = back.Descriptors(again.Descriptors).Single();
        Assert.That(same.Inode, Is.EqualTo(held.Inode));
        var zergling = (await second.ZerglingsAsync(cancel)).Single();
        Assert.That(zergling.GetProperty("state").GetString(), Is.EqualTo("accepting"));
        Assert.That(zergling.GetProperty("generation").GetInt32(), Is.EqualTo(3));
        Assert.That((await second.StatusAsync(cancel)).GetProperty("pool").GetProperty("generation").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_wrong_offer_is_refused_with_its_reason_and_a_right_one_taken(CancellationToken cancel)
    {
        using var listener = Listener();
        var address = listener.LocalEndPoint!.ToString()!;
        using var other = Listener();
        using var dead = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await using var pool = Launch(address, "10s");
        await pool.WaitForLineAsync("Address already in use", cancel);

        using var peer = await ReturnAsync(cancel);
        await peer.BytesAsync(Greeting.Length, cancel);
        using var file = File.OpenHandle("/dev/null");
        foreach (var wrong in (FileDescriptor[])[Copy(other.SafeHandle), Copy(dead.SafeHandle), FileDescriptor.Duplicate(file)])
        {
            using (wrong)
                await peer.OfferAsync([new SocketInfo("any", address, "any")], [wrong], cancel);
        }

        await pool.WaitForLineAsync($"offers as {address} is bound to {other.LocalEndPoint}, refused", cancel);
        await pool.WaitForLineAsync($"offers as {address} is no socket, refused", cancel);
        using var right = Copy(listener.SafeHandle);
        await peer.OfferAsync([new SocketInfo("any", address, "any")], [right], cancel);
        await pool.WaitForLineAsync(" holds ", cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_an_offer_it_exits_69_and_names_who_holds_the_address(CancellationToken cancel)
    {
        using var listener = Listener();
        await using var pool = Launch(listener.LocalEndPoint!.ToString()!, "1s");
        Assert.That(await pool.Process.ExitAsync(cancel), Is.EqualTo(69));
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(
            pool.Process.Lines[^1],
            Does.Contain("held by pid ").And.Contain($"pid {Environment.ProcessId} (").And.Contain(
                "nobody gave it within 1s (recover-timeout)"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_address_that_becomes_free_is_bound_and_whoever_waits_is_served(CancellationToken cancel)
    {
        var listener = Listener();
        var address = listener.LocalEndPoint!.ToString()!;
        await using var pool = Launch(address, "30s");
        await pool.WaitForLineAsync("Address already in use", cancel);
        using var silent = await RawPeer.ConnectAsync(_name, cancel);
        var fresh = ZergClient.AttachAsync(
            new ZergClientOptions { Pool = _name, Release = "v1", Timeout = TimeSpan.FromSeconds(30) }, cancel);
        listener.Dispose();

        await pool.WaitForLineAsync(" holds ", cancel);
        Assert.That(Greeting.Read(await silent.BytesAsync(Greeting.Length, cancel)), Is.EqualTo(1));
        silent.Descriptors(1).Single().Dispose();
        await using var client = await fresh;
        Assert.That(client.Sockets.Single().Address, Is.EqualTo(address));
    }

    private static FileDescriptor Copy(SafeSocketHandle handle) => FileDescriptor.Duplicate(handle);

    private static Socket Listener()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private async Task<RawPeer> ReturnAsync(CancellationToken cancel)
    {
        var peer = await RawPeer.ConnectAsync(_name, cancel);
        await peer.SendAsync(
            new HelloFrame
            {
                Protocol = FrameChannel.ProtocolVersion,
                Role = ZerglingRole.App,
                Release = "v3",
                State = ZerglingState.Accepting,
                Generation = 3,
                Session = 7,
            },
            cancel);
        return peer;
    }

    private Task<PoolProcess> StartAsync(string addresses, CancellationToken cancel)
        => PoolProcess.StartInAsync(null, ["--zerg-pool", $"{_name}:{addresses}", "--control", "DIR/pool.sock.ctl"], null, cancel);

    private PoolProcess Launch(string addresses, string patience) => PoolProcess.Launch(
        null, ["--zerg-pool", $"{_name}:{addresses}", "--control", "DIR/pool.sock.ctl", "--recover-timeout", patience]);
}
