using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Zerg.StrictClient;

namespace Zerg.Tests.StrictClient;

[CancelAfter(60_000)]
internal sealed class Http2Tests
{
    private static readonly byte[] s_settings = Frame(Http2Frame.Settings, 0, 0);

    [TestCase("/", 0)]
    [TestCase("/", 2000)]
    [TestCase("/big", 0)]
    public async Task Kestrel_loses_nothing(string path, int rate, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.WebHost.UseUrls();
        await using var app = builder.Build();
        app.MapGet("/", (HttpResponse response) =>
        {
            response.Headers["X-Release"] = "r7";
            return "hello";
        });
        app.MapGet("/big", (HttpResponse response) =>
        {
            response.Headers["X-Release"] = "r7";
            return response.Body.WriteAsync(new byte[3_000_000]).AsTask();
        });
        await app.StartAsync(stop);
        var options = new LoadOptions
        {
            Target = TargetParser.Parse(app.Urls.First().Replace("http://", ""))!,
            Mode = LoadMode.Http2,
            Connections = 2,
            Path = path,
            Rate = rate,
            MaxRequests = 200,
            ExpectLength = path == "/" ? 5 : 3_000_000,
        };
        var report = await new LoadRun(options).RunAsync(stop);
        Assert.That(report, Has.Property("Ok").EqualTo(200).And.Property("Lost").EqualTo(0), ReportText.Write(report));
        Assert.That(report.Releases, Is.EquivalentTo(new Dictionary<string, long> { ["r7"] = 200 }));
    }

    [Test]
    public async Task Streams_above_the_last_of_a_goaway_are_lost_and_those_below_awaited(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, number) =>
        {
            var streams = await OpenAsync(connection);
            if (number == 0)
            {
                await connection.SendAsync([.. s_settings, .. GoAway(3), .. Ok(1), .. Ok(3)]);
                await connection.ReadToEndAsync();
                return;
            }

            await connection.SendAsync([.. s_settings, .. streams.SelectMany(Ok)]);
            await connection.ReadToEndAsync();
        });
        var report = await RunAsync(server, 8, stop);
        Assert.That(report.Losses, Is.EquivalentTo(Lost(LossKind.RefusedStream, 2)));
        Assert.That(report, Has.Property("Ok").EqualTo(6).And.Property("Reconnects").EqualTo(1));
        Assert.That(report.ConnectionsOpened, Is.EqualTo(2));
    }

    [TestCase(7u, LossKind.RefusedStream)]
    [TestCase(8u, LossKind.Reset)]
    [TestCase(0u, LossKind.Reset)]
    public async Task A_stream_that_is_reset_is_lost(uint code, LossKind kind, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await OpenAsync(connection);
            var reset = Frame(Http2Frame.RstStream, 0, 3, [0, 0, 0, (byte)code]);
            await connection.SendAsync([.. s_settings, .. Ok(1), .. reset, .. Ok(5), .. Ok(7)]);
            await connection.ReadToEndAsync();
        });
        var report = await RunAsync(server, 4, stop);
        Assert.That(report.Losses, Is.EquivalentTo(Lost(kind, 1)));
        Assert.That(report.Ok, Is.EqualTo(3));
    }

    [Test]
    public async Task A_close_without_goaway_loses_every_open_stream(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await OpenAsync(connection);
            var head = Frame(Http2Frame.Headers, Http2Frame.EndHeaders, 3, [0x88]);
            await connection.SendAsync([.. s_settings, .. Ok(1), .. head]);
            await connection.ReadExactlyAsync(Http2Frame.HeaderBytes);
        });
        var report = await RunAsync(server, 4, stop);
        var expected = new Dictionary<LossKind, long> { [LossKind.ShortReply] = 1, [LossKind.EmptyReply] = 2 };
        Assert.That(report.Losses, Is.EquivalentTo(expected));
        Assert.That(report.Ok, Is.EqualTo(1));
    }

    [Test]
    public async Task A_reset_connection_loses_every_open_stream(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await OpenAsync(connection);
            connection.Reset();
        });
        Assert.That((await RunAsync(server, 4, stop)).Losses, Is.EquivalentTo(Lost(LossKind.Reset, 4)));
    }

    [Test]
    public async Task A_body_shorter_than_its_length_is_lost(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await OpenAsync(connection);
            // :status 200 and content-length: 5, then four bytes.
            byte[] head = [0x88, 0x0F, 0x0D, 0x01, (byte)'5'];
            var body = Frame(Http2Frame.Data, Http2Frame.EndStream, 1, [1, 2, 3, 4]);
            await connection.SendAsync([.. s_settings, .. Frame(Http2Frame.Headers, 4, 1, head), .. body]);
            await connection.SendAsync([.. Ok(3), .. Ok(5), .. Ok(7)]);
            await connection.ReadToEndAsync();
        });
        var report = await RunAsync(server, 4, stop);
        Assert.That(report.Losses, Is.EquivalentTo(Lost(LossKind.ShortReply, 1)));
        Assert.That(report.Ok, Is.EqualTo(3));
    }

    [Test]
    public async Task Streams_that_are_never_answered_time_out(CancellationToken stop)
    {
        await using var server = new ScriptedServer((connection, _) => connection.ReadToEndAsync());
        var report = await RunAsync(server, 4, stop, o => o with { RequestTimeout = TimeSpan.FromSeconds(1) });
        Assert.That(report.Losses, Is.EquivalentTo(Lost(LossKind.Timeout, 4)));
    }

    [Test]
    public async Task An_idle_connection_closed_without_goaway_is_noted_and_no_loss(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await OpenAsync(connection, streams: 1);
            await connection.SendAsync([.. s_settings, .. Ok(1)]);
            // The acknowledgement of the settings: left unread, it would turn the close into a reset.
            await connection.ReadExactlyAsync(Http2Frame.HeaderBytes);
        });
        // A rest of three seconds between two requests: the close is seen long before the second.
        var report = await RunAsync(server, 2, stop, o => o with { Rate = 1.0 / 3 });
        Assert.That(report, Has.Property("Ok").EqualTo(2).And.Property("Lost").EqualTo(0), ReportText.Write(report));
        Assert.That(report.IdleCloses, Is.EqualTo(2));
    }

    [Test]
    public async Task An_idle_connection_closed_with_goaway_is_a_reconnect(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await OpenAsync(connection, streams: 1);
            await connection.SendAsync([.. s_settings, .. Ok(1), .. GoAway(1)]);
            await connection.ReadToEndAsync();
        });
        // As long here: a second request that is due before the GOAWAY would be a stream above its last.
        var report = await RunAsync(server, 2, stop, o => o with { Rate = 1.0 / 3 });
        Assert.That(report, Has.Property("Ok").EqualTo(2).And.Property("Lost").EqualTo(0), ReportText.Write(report));
        Assert.That(report, Has.Property("Reconnects").EqualTo(2).And.Property("IdleCloses").EqualTo(0));
    }

    /// <summary>Reads the preface and frames up to the given number of requests; the streams they open.</summary>
    private static async Task<List<int>> OpenAsync(ScriptedConnection connection, int streams = 4)
    {
        await connection.ReadExactlyAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length);
        var opened = new List<int>();
        while (opened.Count < streams && await connection.ReadExactlyAsync(Http2Frame.HeaderBytes) is { } header)
        {
            var frame = Http2Frame.Read(header);
            await connection.ReadExactlyAsync(frame.Length);
            if (frame.Type == Http2Frame.Headers)
                opened.Add(frame.StreamId);
        }

        return opened;
    }

    private static byte[] Ok(int stream) =>
        Frame(Http2Frame.Headers, Http2Frame.EndHeaders | Http2Frame.EndStream, stream, [0x88]);

    private static byte[] GoAway(byte lastStream) => Frame(Http2Frame.GoAway, 0, 0, [0, 0, 0, lastStream, 0, 0, 0, 0]);

    private static byte[] Frame(byte type, byte flags, int stream, byte[]? payload = null)
    {
        var frame = new byte[Http2Frame.HeaderBytes + (payload?.Length ?? 0)];
        new Http2Frame(payload?.Length ?? 0, type, flags, stream).Write(frame);
        payload?.CopyTo(frame, Http2Frame.HeaderBytes);
        return frame;
    }

    private static Dictionary<LossKind, long> Lost(LossKind kind, long count) => new() { [kind] = count };

    private static Task<LoadReport> RunAsync(
        ScriptedServer server, long requests, CancellationToken stop, Func<LoadOptions, LoadOptions>? change = null)
    {
        var options = new LoadOptions
        {
            Target = server.EndPoint,
            Mode = LoadMode.Http2,
            Connections = 1,
            StreamsPerConnection = 4,
            MaxRequests = requests,
        };
        return new LoadRun(change?.Invoke(options) ?? options).RunAsync(stop);
    }
}
