using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Upgrading;

/// <summary>What is under way when the image is replaced goes on in the next one.</summary>
[Parallelizable]
internal sealed class FrozenTests
{
    private const int Frames = 310;
    private const int MaxPending = 64;

    [Test]
    [CancelAfter(60_000)]
    public async Task A_frame_that_has_come_in_part_is_completed_by_the_rest([Values(2, 4, 20)] int first, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        using var peer = await RawPeer.GreetedAsync(pool.Path, cancel);
        await peer.HelloAsync(cancel);
        Assert.That(await peer.FrameAsync(cancel), Is.InstanceOf<WelcomeFrame>());
        var frame = RawPeer.Frame(Encoding.UTF8.GetBytes("""{"type":"state","state":"starting","connections":42}"""));
        await peer.SendAsync(frame[..first], cancel);
        await pool.StatusAsync(cancel);

        await pool.UpgradedAsync(cancel);
        await pool.UpgradedAsync(cancel);
        await peer.SendAsync(frame[first..], cancel);
        await PoolProcess.UntilAsync(
            async () => (await pool.ZerglingsAsync(cancel)).Single().GetProperty("connections")
                is { ValueKind: JsonValueKind.Number } number && number.GetInt32() == 42,
            cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Handshakes_go_on_greeted_or_with_half_a_hello(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--handshake-timeout", "30");
        using var silent = await RawPeer.GreetedAsync(pool.Path, cancel);
        using var half = await RawPeer.GreetedAsync(pool.Path, cancel);
        var hello = RawPeer.Frame(Encoding.UTF8.GetBytes(
            """{"type":"hello","protocol":1,"role":"app","release":"v1","name":"half"}"""));
        await half.SendAsync(hello[..30], cancel);
        await pool.UpgradedAsync(cancel);
        await half.SendAsync(hello[30..], cancel);
        await silent.HelloAsync(cancel);
        Assert.That(await half.FrameAsync(cancel), Is.InstanceOf<WelcomeFrame>());
        Assert.That(await silent.FrameAsync(cancel), Is.InstanceOf<WelcomeFrame>());
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_silent_handshake_is_no_longer_waited_for_than_without_an_upgrade(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        var began = TimeProvider.System.GetTimestamp();
        using var silent = await RawPeer.GreetedAsync(pool.Path, cancel);
        while (TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(4))
            await pool.UpgradedAsync(cancel);
        var upgraded = TimeProvider.System.GetTimestamp();
        await silent.EndAsync(cancel);
        Assert.That(TimeProvider.System.GetElapsedTime(began), Is.GreaterThan(TimeSpan.FromSeconds(4.5)));

        // About a second; five if its time began anew with each image.
        Assert.That(TimeProvider.System.GetElapsedTime(upgraded), Is.LessThan(TimeSpan.FromSeconds(4.5)));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Who_waits_for_a_place_among_the_handshakes_is_greeted_in_the_end(CancellationToken cancel)
    {
        const int places = 8;
        await using var pool = await PoolProcess.StartAsync(cancel, "--max-handshakes", $"{places}");
        var crowd = new List<RawPeer>();
        try
        {
            // Those who have the places are silent and give way, as in any crowd. The others have spoken before their turn
            // comes: they are not let go, however slow this test is.
            for (var count = 0; count < 40; count++)
            {
                crowd.Add(await RawPeer.ConnectAsync(pool.Path, cancel));
                if (count >= places)
                    await crowd[count].HelloAsync(cancel);
            }

            var upgrade = pool.UpgradedAsync(cancel);
            foreach (var peer in crowd[places..])
            {
                await peer.BytesAsync(Greeting.Length, cancel);
                Assert.That(await peer.FrameAsync(cancel), Is.InstanceOf<WelcomeFrame>());
            }

            await upgrade;
        }
        finally
        {
            crowd.ForEach(peer => peer.Dispose());
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task An_order_that_waits_for_its_effect_is_answered_by_the_next_image(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        var client = await pool.ServeAsync(cancel);
        var drained = RawPeer.OrderAsync(pool.Control, "drain", "1", cancel);
        await client.OrdersAsync(cancel).OfType<ZergOrder.Drain>().FirstAsync(cancel);

        await pool.UpgradedAsync(cancel);
        await client.ReportAsync(new ZergReport(ZerglingState.Draining), cancel);
        await pool.StateAsync(1, "draining", cancel);
        Assert.That(drained.IsCompleted, Is.False);
        await pool.UpgradedAsync(cancel);
        await client.ByeAsync("drained", cancel);
        await client.DisposeAsync();

        var reply = await drained;
        Assert.That(reply.GetProperty("exitCode").GetInt32(), Is.Zero);
        Assert.That(reply.GetProperty("message").GetString(), Does.Contain("is drained and gone"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Half_an_order_is_completed_in_the_next_image(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        var (next, answered, mayGoOn) = (pool.File("next"), pool.File("answered"), pool.File("may-go-on"));
        Executable.Write(
            next,
            $"""
            #!/bin/sh
            case $1 in upgrade-check) ;; *) exec dotnet '{PoolProcess.Program}' "$@" ;; esac
            dotnet '{PoolProcess.Program}' "$@" || exit
            : > '{answered}'
            until [ -e '{mayGoOn}' ]; do sleep 0.05; done

            """);

        // An order is waited for no longer than five seconds: it begins when nothing but the next image is to be started.
        var upgrade = pool.UpgradedAsync(cancel, next);
        await PoolProcess.UntilAsync(() => File.Exists(answered), cancel);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(UnixAddress.EndPoint(pool.Control), cancel);
        await socket.SendAsync("{\"command\":"u8.ToArray(), cancel);

        // Who comes after it is answered: it was let in before.
        await pool.StatusAsync(cancel);
        File.WriteAllText(mayGoOn, "");
        await upgrade;
        await socket.SendAsync("\"status\"}\n"u8.ToArray(), cancel);
        using var reader = new StreamReader(new NetworkStream(socket));
        Assert.That(await reader.ReadLineAsync(cancel), Does.Contain("\"status\":{"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_zergling_that_does_not_read_is_let_go_and_the_others_go_on(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var good = await pool.ServeAsync(cancel, name: "good");
        using var deaf = await RawPeer.GreetedAsync(pool.Path, cancel);
        var pending = new List<Task<JsonElement>>();
        await deaf.HelloAsync(cancel, name: "deaf");
        await deaf.SendAsync("""{"type":"ready"}""", cancel);
        await deaf.SendAsync("""{"type":"state","state":"accepting"}""", cancel);
        await pool.StateAsync(2, "accepting", cancel);

        // Each order is a frame. The kernel takes some 280 of them, and the rest waits in the pool, which keeps 64. The first
        // are to drain: their answers are waited for longer than all of this may take.
        for (var count = 0; count < MaxPending; count++)
        {
            pending.Add(RawPeer.OrderAsync(pool.Control, "drain", "2", cancel));
            if (count % 8 == 0)
                await pool.StatusAsync(cancel);
        }

        await PoolProcess.UntilAsync(
            async () => (await pool.StatusAsync(cancel)).GetProperty("limits").EnumerateArray()
                .Single(limit => limit.GetProperty("name").GetString() == "orders waiting").GetProperty("used").GetInt64() == MaxPending,
            cancel);
        for (var count = MaxPending; count < Frames; count++)
        {
            await RawPeer.OrderAsync(pool.Control, "pause", "2", cancel);
            if (count % 8 == 0)
                await pool.StatusAsync(cancel);
        }

        Assert.That(await pool.StateOfAsync(2, cancel), Is.EqualTo("accepting"));
        await pool.UpgradedAsync(cancel);
        Assert.That(await pool.StateOfAsync(1, cancel), Is.EqualTo("accepting"), () => string.Join('\n', pool.Process.Lines));
        Assert.That(await pool.StateOfAsync(2, cancel), Is.EqualTo("gone"));
        foreach (var reply in await Task.WhenAll(pending))
            Assert.That(reply.GetProperty("message").GetString(), Does.Contain("gone"));
    }
}
