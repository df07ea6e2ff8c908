using System.Net;
using System.Net.Sockets;
using Zerg.StrictClient;
using Client = Zerg.StrictClient.Program;

namespace Zerg.Tests.StrictClient;

[CancelAfter(15_000)]
internal sealed class StrictClientTests
{
    [TestCase(LoadMode.KeepAlive)]
    [TestCase(LoadMode.PerConnection)]
    [TestCase(LoadMode.Http2)]
    [TestCase(LoadMode.Websocket)]
    public async Task A_refused_connection_is_a_loss(LoadMode mode, CancellationToken stop)
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var report = await RunAsync(bound.LocalEndPoint!, 3, stop, o => o with { Mode = mode });
        AssertLost(report, LossKind.Refused, 3);
        Assert.That(report.FirstLosses[0].Phase, Is.EqualTo(LossPhase.Connect));
    }

    [Test]
    public async Task A_socket_file_that_is_not_there_fails_the_connection(CancellationToken stop)
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.sock");
        AssertLost(await RunAsync(new UnixDomainSocketEndPoint(path), 2, stop), LossKind.ConnectFailed, 2);
    }

    [Test]
    public async Task A_full_backlog_of_a_UNIX_socket_fails_the_connection(CancellationToken stop)
    {
        var name = new UnixDomainSocketEndPoint($"\0{Guid.NewGuid():n}");
        using var full = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        full.Bind(name);
        full.Listen(1);
        using var first = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var second = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await first.ConnectAsync(name, stop);
        await second.ConnectAsync(name, stop);
        AssertLost(await RunAsync(name, 2, stop), LossKind.ConnectFailed, 2);
    }

    [Test]
    public async Task A_full_backlog_is_a_connect_timeout(CancellationToken stop)
    {
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var report = await RunAsync(full.LocalEndPoint!, 8, stop, o => o with
        {
            Connections = 8,
            RequestTimeout = TimeSpan.FromMilliseconds(200),
        });
        Assert.That(report.Losses.Keys, Is.SubsetOf(new[] { LossKind.ConnectTimeout, LossKind.Timeout }));
        Assert.That(report.Losses[LossKind.ConnectTimeout], Is.GreaterThan(0));
        Assert.That(report.Lost, Is.EqualTo(8));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_reset_is_a_loss(bool readsFirst, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            if (readsFirst)
                await connection.ReadHeadAsync();
            connection.Reset();
        });
        AssertLost(await RunAsync(server.EndPoint, 3, stop), LossKind.Reset, 3);
    }

    [TestCase("", LossKind.EmptyReply)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Le", LossKind.ShortReply)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", LossKind.ShortReply)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", LossKind.ShortReply)]
    [TestCase("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", LossKind.ShortReply)]
    [TestCase("HTTP/1.1 100 Continue\r\n\r\n", LossKind.EmptyReply)]
    [TestCase("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", LossKind.BadReply)]
    [TestCase("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", LossKind.BadReply)]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world", LossKind.BadReply)]
    [TestCase("HTTP/1.1 200 OK\r\n\r\nhello", LossKind.BadReply)]
    [TestCase("SSH-2.0-OpenSSH\r\n", LossKind.BadReply)]
    public async Task A_reply_that_is_not_whole_and_good_is_a_loss(string reply, LossKind kind, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(reply);
        });
        AssertLost(await RunAsync(server.EndPoint, 2, stop), kind, 2);
    }

    [Test]
    public async Task Silence_is_a_timeout(CancellationToken stop)
    {
        await using var server = new ScriptedServer((connection, _) => connection.ReadToEndAsync());
        var report = await RunAsync(server.EndPoint, 2, stop, o => o with
        {
            // Long enough to connect in, whatever else the machine does.
            RequestTimeout = TimeSpan.FromSeconds(1),
        });
        AssertLost(report, LossKind.Timeout, 2);
    }

    [Test]
    public async Task A_server_that_announces_the_close_loses_nothing(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Replies.OkAndClose);
        });
        var report = await RunAsync(server.EndPoint, 4, stop);
        Assert.That(report, Has.Property("Ok").EqualTo(4).And.Property("Lost").EqualTo(0));
        Assert.That(report, Has.Property("Reconnects").EqualTo(4).And.Property("ConnectionsOpened").EqualTo(4));
    }

    [Test]
    public async Task A_kept_alive_connection_closed_on_a_request_is_a_loss(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Replies.Ok);
            await connection.ReadHeadAsync();
        });
        AssertLost(await RunAsync(server.EndPoint, 4, stop), LossKind.EmptyReply, 2, ok: 2);
    }

    [Test]
    public async Task A_kept_alive_connection_closed_between_requests_is_a_loss_in_a_closed_loop(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Replies.Ok);
        });
        var report = await RunAsync(server.EndPoint, 4, stop);
        // Whether the end or the reset comes first is the kernel's choice.
        Assert.That(report.Losses.Keys, Is.SubsetOf(new[] { LossKind.EmptyReply, LossKind.Reset }));
        Assert.That(report, Has.Property("Lost").EqualTo(2).And.Property("Ok").EqualTo(2));
    }

    [Test]
    public async Task An_idle_connection_seen_closed_before_a_request_is_no_loss(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync(Replies.Ok);
        });
        var report = await RunAsync(server.EndPoint, 3, stop, o => o with
        {
            Mode = LoadMode.Idle,
            IdleMin = TimeSpan.FromSeconds(1),
            IdleMax = TimeSpan.FromSeconds(1),
        });
        Assert.That(report, Has.Property("Ok").EqualTo(3).And.Property("Lost").EqualTo(0));
        Assert.That(report, Has.Property("IdleCloses").EqualTo(2));
    }

    [Test]
    public async Task A_chunked_reply_in_single_bytes_is_read_to_its_end(CancellationToken stop)
    {
        const string Reply = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\nA;x=y\r\n, world!!!\r\n0\r\nT: v\r\n\r\n";
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                foreach (var letter in Reply)
                    await connection.SendAsync($"{letter}");
            }
        });
        var report = await RunAsync(server.EndPoint, 3, stop, o => o with { ExpectLength = 15 });
        Assert.That(report, Has.Property("Ok").EqualTo(3).And.Property("Lost").EqualTo(0));
        Assert.That(report.ConnectionsOpened, Is.EqualTo(1));
    }

    [Test]
    public async Task A_body_of_another_length_is_a_loss(CancellationToken stop)
    {
        await using var server = ScriptedServer.Answering(Replies.Ok);
        var report = await RunAsync(server.EndPoint, 2, stop, o => o with
        {
            Mode = LoadMode.Download,
            BodyTime = TimeSpan.Zero,
            ExpectLength = 6,
        });
        AssertLost(report, LossKind.WrongBody, 2);
    }

    [TestCase(null, 0, 2)]
    [TestCase(5L, 0, 0)]
    [TestCase(6L, 2, 0)]
    public async Task A_body_that_ends_with_the_connection_is_measured_by_what_is_expected(
        long? expected, int lost, int unmeasured, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello");
        });
        var report = await RunAsync(server.EndPoint, 2, stop, o => o with { ExpectLength = expected });
        Assert.That(report.Losses.GetValueOrDefault(LossKind.WrongBody), Is.EqualTo(lost));
        Assert.That(report, Has.Property("Ok").EqualTo(2 - lost).And.Property("Unmeasured").EqualTo(unmeasured));
    }

    [TestCase("100000", 0)]
    [TestCase("99999", 2)]
    public async Task An_upload_counts_by_what_the_server_says_it_got(string answer, int lost, CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                for (var left = 100_000; left > 0; left -= 10_000)
                    await connection.ReadExactlyAsync(10_000);
                await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\n\r\n{answer}");
            }
        });
        var report = await RunAsync(server.EndPoint, 2, stop, o => o with
        {
            Mode = LoadMode.Upload,
            BodyBytes = 100_000,
            BodyTime = TimeSpan.FromMilliseconds(50),
            ExpectLength = 100_000,
        });
        Assert.That(report.Losses.GetValueOrDefault(LossKind.WrongBody), Is.EqualTo(lost));
        Assert.That(report.Ok, Is.EqualTo(2 - lost));
    }

    [Test]
    public async Task A_loss_is_told_by_the_window_it_falls_in(CancellationToken stop)
    {
        LoadRun? run = null;
        await using var server = new ScriptedServer(async (connection, number) =>
        {
            await connection.ReadHeadAsync();
            // The window ends before the loss is seen; the request was on its way in it all the same.
            if (number == 1)
                run!.BeginWindow("one").Dispose();
        });
        run = new LoadRun(new LoadOptions { Target = server.EndPoint, Connections = 1, MaxRequests = 3 });
        var report = await run.RunAsync(stop);
        Assert.That(report.LossesInWindows[LossKind.EmptyReply], Is.EqualTo(1));
        Assert.That(report.LossesOutside[LossKind.EmptyReply], Is.EqualTo(2));
        Assert.That(report.FirstLosses.Select(loss => loss.InWindow), Is.EqualTo(new[] { false, true, false }));
        Assert.That(report.Windows.Single().Name, Is.EqualTo("one"));
    }

    [Test]
    public async Task Responses_count_for_the_release_they_name(CancellationToken stop)
    {
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            for (var count = 0; await connection.ReadHeadAsync() is not null; count++)
                await connection.SendAsync(count < 2 ? Replies.Ok : Replies.Ok.Replace("r1", "r2"));
        });
        var run = new LoadRun(new LoadOptions { Target = server.EndPoint, Connections = 1, MaxRequests = 5 });
        var report = await run.RunAsync(stop);
        var expected = new Dictionary<string, long> { ["r1"] = 2, ["r2"] = 3 };
        Assert.That(report.Releases, Is.EquivalentTo(expected));
        Assert.That(run.Snapshot().RecentReleases, Is.EquivalentTo(expected));
        Assert.That(run.Snapshot().RecentReleases.Values, Is.All.Zero);
        Assert.That(ReportJson.Write(report), Does.Contain("\"mode\": \"keep-alive\"").And.Contain("\"r2\": 3"));
    }

    [Test]
    public async Task The_stop_waits_for_requests_on_their_way(CancellationToken stop)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            await connection.ReadHeadAsync();
            await stopping.CancelAsync();
            await connection.SendAsync(Replies.Ok);
            await connection.ReadToEndAsync();
        });
        var run = new LoadRun(new LoadOptions { Target = server.EndPoint, Connections = 1 });
        var report = await run.RunAsync(stopping.Token);
        Assert.That(report, Has.Property("Ok").EqualTo(1).And.Property("Lost").EqualTo(0));
    }

    [Test]
    public async Task A_paced_latency_counts_from_the_intended_start(CancellationToken stop)
    {
        LoadRun? run = null;
        await using var server = new ScriptedServer(async (connection, _) =>
        {
            for (var count = 0; await connection.ReadHeadAsync() is not null; count++)
            {
                // The first answer comes only when the fourth request has been due for a while.
                while (count == 0 && run!.Snapshot().At < TimeSpan.FromMilliseconds(200))
                    await Task.Yield();
                await connection.SendAsync(Replies.Ok);
            }
        });
        run = new LoadRun(new LoadOptions
        {
            Target = server.EndPoint,
            Mode = LoadMode.Paced,
            Rate = 100,
            Connections = 1,
            MaxRequests = 5,
        });
        var report = await run.RunAsync(stop);
        // Sent at 0, 10, 20, 30 and 40 ms if the server had let them; none answered before 200 ms.
        Assert.That(report.Ok, Is.EqualTo(5));
        Assert.That(report.Latency.P50, Is.GreaterThan(150));
    }

    [TestCase("--target", "nonsense", ExpectedResult = 64)]
    [TestCase("--target", "127.0.0.1:1", "--mode", "often", ExpectedResult = 64)]
    [TestCase("--target", "127.0.0.1:1", "--mode", "paced", ExpectedResult = 64)]
    public Task<int> Wrong_usage_exits_with_64(params string[] args) => Client.Main(args);

    [Test]
    public async Task The_exit_code_says_whether_anything_was_lost()
    {
        await using var good = ScriptedServer.Answering(Replies.Ok);
        await using var bad = ScriptedServer.Answering("HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n");
        Assert.That(await Client.Main(["--target", $"{good.EndPoint}", "--requests", "5", "--json"]), Is.Zero);
        Assert.That(await Client.Main(["--target", $"{bad.EndPoint}", "--requests", "5"]), Is.EqualTo(1));
    }

    private static void AssertLost(LoadReport report, LossKind kind, long count, long ok = 0)
    {
        Assert.That(report.Losses, Is.EquivalentTo(new Dictionary<LossKind, long> { [kind] = count }));
        Assert.That(report.Ok, Is.EqualTo(ok));
        Assert.That(report.FirstLosses, Has.Count.EqualTo(count).And.All.Property("Kind").EqualTo(kind));
    }

    private static Task<LoadReport> RunAsync(
        EndPoint target, long requests, CancellationToken stop, Func<LoadOptions, LoadOptions>? change = null)
    {
        var options = new LoadOptions { Target = target, Connections = 1, MaxRequests = requests };
        return new LoadRun(change?.Invoke(options) ?? options).RunAsync(stop);
    }
}
