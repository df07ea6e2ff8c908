using Zerg.StrictClient;

namespace Zerg.Tests.StrictClient;

[CancelAfter(15_000)]
internal sealed class WebSocketTests
{
    [TestCase(1000)]
    [TestCase(1001)]
    [TestCase(1012)]
    public async Task A_close_frame_is_an_orderly_end(int code, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await AcceptAsync(connection);
            var message = await ReadMessageAsync(connection);

            // In one piece, so that the Close frame is there when the next message is due.
            await connection.SendAsync([0x81, (byte)message.Length, .. message, .. Close(code)]);
            await connection.ReadToEndAsync();
        });
        var report = await RunAsync(server, 6, stop);
        Assert.That(report.Lost, Is.Zero, ReportText.Write(report));
        // Handshake, echo, Close while idle; and once more.
        Assert.That(report, Has.Property("Ok").EqualTo(4).And.Property("Reconnects").EqualTo(2));
        Assert.That(report.ConnectionsOpened, Is.EqualTo(2));
    }

    [Test]
    public async Task A_close_frame_instead_of_the_echo_is_told_apart(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await AcceptAsync(connection);
            await ReadMessageAsync(connection);
            await connection.SendAsync(Close(1001));
            await connection.ReadToEndAsync();
        });
        var report = await RunAsync(server, 2, stop);
        Assert.That(report, Has.Property("Lost").EqualTo(0).And.Property("Unanswered").EqualTo(1));
    }

    [TestCase(1006)]
    [TestCase(1011)]
    public async Task A_close_frame_with_an_error_is_a_loss(int code, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await AcceptAsync(connection);
            await ReadMessageAsync(connection);
            await connection.SendAsync(Close(code));
        });
        AssertLost(await RunAsync(server, 2, stop), LossKind.BadReply);
    }

    [TestCase(true, LossKind.Reset)]
    [TestCase(false, LossKind.EmptyReply)]
    public async Task An_end_without_a_close_frame_is_a_loss(bool resets, LossKind kind, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await AcceptAsync(connection);
            await ReadMessageAsync(connection);
            if (resets)
                connection.Reset();
        });
        AssertLost(await RunAsync(server, 2, stop), kind);
    }

    [Test]
    public async Task An_idle_end_without_a_close_frame_is_a_loss(CancellationToken stop)
    {
        await using var server = new ScriptedServer((connection, _) => AcceptAsync(connection));
        // The rest is long, so that the end is seen before the next message.
        var report = await RunAsync(server, 2, stop, TimeSpan.FromSeconds(1));
        AssertLost(report, LossKind.EmptyReply);
    }

    [Test]
    public async Task A_frame_cut_short_is_a_loss(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await AcceptAsync(connection);
            await ReadMessageAsync(connection);
            await connection.SendAsync([0x81]);
        });
        AssertLost(await RunAsync(server, 2, stop), LossKind.ShortReply);
    }

    [Test]
    public async Task Another_echo_is_a_loss(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await AcceptAsync(connection);
            await ReadMessageAsync(connection);
            await connection.SendAsync([0x81, 1, (byte)'?']);
        });
        AssertLost(await RunAsync(server, 2, stop), LossKind.WrongBody);
    }

    [Test]
    public async Task A_refused_upgrade_is_a_loss(CancellationToken stop)
    {
        await using var server = ScriptedServer.Answering(Replies.Ok);
        var report = await RunAsync(server, 1, stop);
        Assert.That(report.Losses[LossKind.BadReply], Is.EqualTo(1));
    }

    private static async Task AcceptAsync(ScriptedConnection connection)
    {
        var head = await connection.ReadHeadAsync();
        var key = head!.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
        await connection.SendAsync(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Accept: {WebSocketHandshake.ComputeAccept(key)}\r\n\r\n");
    }

    private static async Task<byte[]> ReadMessageAsync(ScriptedConnection connection)
    {
        var head = await connection.ReadExactlyAsync(6) ?? throw new ObjectDisposedException("client");
        var payload = await connection.ReadExactlyAsync(head[1] & 0x7F);
        return [.. payload!.Select((value, i) => (byte)(value ^ head[2 + i % 4]))];
    }

    private static byte[] Close(int code) => [0x88, 2, (byte)(code >> 8), (byte)code];

    private static void AssertLost(LoadReport report, LossKind kind)
    {
        Assert.That(report.Losses, Is.EquivalentTo(new Dictionary<LossKind, long> { [kind] = 1 }));
        Assert.That(report.Ok, Is.EqualTo(1), "the handshake");
    }

    private static Task<LoadReport> RunAsync(
        ScriptedServer server, long requests, CancellationToken stop, TimeSpan? interval = null) =>
        new LoadRun(new LoadOptions
        {
            Target = server.EndPoint,
            Mode = LoadMode.Websocket,
            Connections = 1,
            MaxRequests = requests,
            MessageInterval = interval ?? TimeSpan.FromMilliseconds(100),
        }).RunAsync(stop);
}
