using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>Bad peers are dropped with one line each; a good session beside them notices nothing.</summary>
[Parallelizable]
internal sealed class MisbehavingPeerTests
{
    // Says how many connections it has, again and again, as fast as it is read.
    private const string Flood = """
        import json, socket, struct, sys
        s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
        def frame(**what):
            data = json.dumps(what).encode(); return struct.pack("<I", len(data)) + data
        s.sendall(frame(type="hello", protocol=1, role="app", release="v1", name="flood"))
        s.recv(14)
        size, = struct.unpack("<I", s.recv(4))
        print("session", json.loads(s.recv(size))["session"])
        s.setblocking(False)
        n = 0
        while True:
            n += 1
            data = frame(type="state", state="starting", connections=n)
            while data:
                try:
                    data = data[s.send(data):]
                except BlockingIOError:
                    if not s.getblocking(): print("full")
                    s.setblocking(True)
        """;

    private int _witnesses;
    private PoolProcess _pool = null!;
    private ZergClient _good = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _pool = await PoolProcess.StartAsync(patience.Token);
        _good = await _pool.ServeAsync(patience.Token, name: "good");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _good.DisposeAsync();
        await _pool.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> BadBytes()
    {
        yield return Case("Garbage", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), "a frame of 542393671 bytes");
        yield return Case("A_length_of_4_GB", [0xff, 0xff, 0xff, 0xff], "a frame of 4294967295 bytes");
        yield return Case("A_length_of_0", [0, 0, 0, 0], "a frame of 0 bytes");
        yield return Case(
            "One_byte_more_than_64_KiB", BitConverter.GetBytes((64 * 1024) + 1), "a frame of 65537 bytes");
        yield return Json("No_object", "7", "not a frame");
        yield return Json("Null", "null", "a frame of null");
        yield return Json("Half_an_object", "{\"type\":", "not a frame");
        yield return Json("No_type", "{}", "not a frame");
        yield return Json("An_unknown_type", """{"type":"hullo"}""", "not a frame");
        yield return Json("A_type_of_the_wrong_shape", """{"type":{"a":[]}}""", "not a frame");
        yield return Json("A_hello_without_what_it_needs", """{"type":"hello"}""", "not a frame");
        yield return Json(
            "A_release_of_null", """{"type":"hello","protocol":1,"role":"app","release":null}""", "not a frame");
        yield return Json(
            "A_name_of_null", """{"type":"hello","protocol":1,"role":"app","release":"","name":null}""", "not a frame");
        yield return Json(
            "A_release_of_the_wrong_shape", """{"type":"hello","protocol":1,"role":"app","release":["v1"]}""",
            "not a frame");
        yield return Json(
            "A_protocol_too_big", """{"type":"hello","protocol":99999999999,"role":"app","release":"v1"}""",
            "not a frame");
        yield return Json(
            "An_unknown_mode", """{"type":"hello","protocol":1,"role":"app","release":"v1","mode":"bully"}""",
            "not a frame");

        yield return Json(
            "A_number_for_a_mode", """{"type":"hello","protocol":1,"role":"app","release":"v1","mode":77}""", "not a frame");
        yield return Json(
            "A_number_for_a_role", """{"type":"hello","protocol":1,"role":5,"release":"v1"}""", "not a frame");
        yield return Json(
            "A_number_in_quotes_for_a_state",
            """{"type":"hello","protocol":1,"role":"app","release":"v1","state":"99"}""", "not a frame");

        // Both copies fit what the kernel takes at once: the pool may hang up between two such pieces.
        yield return Json("Deep_nesting", new string('[', 15_000), "not a frame");
        yield return Case(
            "Bytes_that_are_no_UTF_8",
            RawPeer.Frame(
                [.. "{\"type\":\"hello\",\"protocol\":1,\"role\":\"app\",\"release\":\""u8, 0xff, 0xfe, .. "\"}"u8]),
            "not a frame");
        yield return Json(
            "Half_a_surrogate", """{"type":"hello","protocol":1,"role":"app","release":"\ud800"}""", "not a frame");
        yield return Json(
            "Another_protocol", """{"type":"hello","protocol":2,"role":"app","release":"v1"}""",
            "it speaks protocol 2");
        yield return Json("A_report_before_hello", """{"type":"ready"}""", "expected hello, received ReadyFrame");
        yield return Json("An_order", """{"type":"stop","reason":"x"}""", "expected hello, received StopFrame");
    }

    [TestCaseSource(nameof(BadBytes))]
    [CancelAfter(30_000)]
    public async Task Is_dropped_with_one_line(byte[] bytes, string reason, CancellationToken cancel)
    {
        await AssertGoodAsync(cancel);
        var warnings = _pool.Process.Count(" WRN ");
        using (var peer = await RawPeer.GreetedAsync(_pool.Path, cancel))
        {
            // Twice: what follows the bad frame must be said nothing about.
            await peer.SendAsync([.. bytes, .. bytes], cancel);
            await peer.EndAsync(cancel);
        }

        await PoolProcess.UntilAsync(() => _pool.Process.Count(" WRN ") > warnings, cancel);
        await AssertGoodAsync(cancel);
        var said = _pool.Process.Lines.Where(line => line.Contains(" WRN ", StringComparison.Ordinal))
            .Skip(warnings).ToList();
        Assert.That(said, Has.Count.EqualTo(1), string.Join('\n', said));
        Assert.That(
            said[0], Does.Contain($"connection of pid {Environment.ProcessId} uid ").And.Contain($"dropped: {reason}"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Half_a_frame_and_a_close_is_dropped(CancellationToken cancel)
    {
        using (var peer = await RawPeer.GreetedAsync(_pool.Path, cancel))
            await peer.SendAsync([100, 0, 0, 0, (byte)'{'], cancel);

        await _pool.WaitForLineAsync("dropped: the stream ended inside a frame", cancel);
        await AssertGoodAsync(cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_refused_zergling_is_told_why_and_with_which_status(CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.SendAsync("""{"type":"hello","protocol":2,"role":"app","release":"v1"}""", cancel);

        Assert.That(await peer.FrameAsync(cancel), Is.EqualTo(
            new StopFrame { Reason = "it speaks protocol 2, this pool 1", ExitCode = 78 }));
        Assert.That(await peer.FrameAsync(cancel), Is.Null);
    }

    [TestCase("", "its release is empty")]
    [TestCase("--exec=id", "its release '--exec=id' begins with '-' like an option")]
    [TestCase("v1\\u0000", "its release 'v1\\x00' has characters that cannot be shown")]
    [TestCase("\\u202egnp.exe", "has characters that cannot be shown")]
    [CancelAfter(30_000)]
    public async Task A_release_that_cannot_be_shown_or_is_an_option_is_refused(
        string release, string reason, CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.SendAsync($$"""{"type":"hello","protocol":1,"role":"app","release":"{{release}}"}""", cancel);

        var frame = await peer.FrameAsync(cancel);
        Proof.Refused(frame, Is.TypeOf<StopFrame>());
        Assert.That(((StopFrame)frame!).Reason, Does.Contain(reason));
        Assert.That(((StopFrame)frame).ExitCode, Is.EqualTo(ExitCodes.Configuration));
    }

    [TestCase("--config=/tmp/x")]
    [TestCase("run/x")]
    [TestCase("/run/x\\n")]
    [TestCase("@")]
    [CancelAfter(30_000)]
    public async Task A_probe_that_is_no_address_ends_the_session(string probe, CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.HelloAsync(cancel);
        Assert.That(await peer.FrameAsync(cancel), Is.TypeOf<WelcomeFrame>());
        await peer.SendAsync($$"""{"type":"ready","probes":["/run/good","{{probe}}"]}""", cancel);

        var frame = await peer.FrameAsync(cancel);
        Proof.Refused(frame, Is.TypeOf<StopFrame>());
        Assert.That(((StopFrame)frame!).Reason, Does.StartWith("its probe '").And.EndWith("' is no UNIX address"));
    }

    [TestCase("""{"type":"state","state":"accepting","workers":null}""")]
    [TestCase("""{"type":"state"}""")]
    [TestCase("""{"type":"state","state":1}""")]
    [TestCase("""{"type":"state","state":"draining","open":{"protocols":[null],"oldest":[]}}""")]
    [TestCase("""{"type":"state","state":"accepting","workers":["1"]}""")]
    [TestCase("""{"type":"hello","protocol":1,"role":"app","release":"v1"}""")]
    [TestCase("""{"type":"failed","reason":null}""")]
    [TestCase("""{"type":"welcome","protocol":1,"session":1}""")]
    [TestCase("""{"type":"bye","reason":null}""")]
    [CancelAfter(30_000)]
    public async Task A_session_ends_at_its_first_bad_report(string json, CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.HelloAsync(cancel);
        var id = ((WelcomeFrame)(await peer.FrameAsync(cancel))!).Session;
        await peer.SendAsync(json, cancel);
        await peer.EndAsync(cancel);

        await _pool.StateAsync(id, "gone", cancel);
        await AssertGoodAsync(cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_figure_that_cannot_be_right_is_unknown_and_said_once(CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.HelloAsync(cancel, name: "miscounts");
        var id = ((WelcomeFrame)(await peer.FrameAsync(cancel))!).Session;
        await peer.SendAsync("""{"type":"state","state":"starting","connections":5,"requests":3}""", cancel);
        await PoolProcess.UntilAsync(async () => await ConnectionsAsync(_pool, id, cancel) == 5, cancel);
        foreach (var odd in new[] { "-1", "2147483647" })
            await peer.SendAsync($$"""{"type":"state","state":"starting","connections":{{odd}},"requests":7}""", cancel);
        await _pool.WaitForLineAsync(
            $"zergling {id} (miscounts, pid {Environment.ProcessId}): what it reports cannot be right: connections is -1, must be 0 to 1000000000, ignoring",
            cancel);
        JsonElement zergling = default;
        await PoolProcess.UntilAsync(
            async () => (zergling = (await _pool.ZerglingsAsync(cancel)).First(one => one.GetProperty("id").GetInt32() == id))
                .GetProperty("requests") is { ValueKind: JsonValueKind.Number } requests && requests.GetInt32() == 7,
            cancel);
        Proof.Refused(zergling.TryGetProperty("connections", out var shown) ? shown.ValueKind : JsonValueKind.Null, Is.EqualTo(JsonValueKind.Null));
        Assert.That(_pool.Process.Count("(miscounts, pid ") - _pool.Process.Count("attached"), Is.LessThanOrEqualTo(2));
        await _pool.StateAsync(id, "starting", cancel);
    }

    [TestCase("\"generation\":2147483647", "hello generation is 2147483647, must be 0 to 1000000000")]
    [TestCase("\"session\":-1", "hello session is -1, must be 0 to 1000000000")]
    [TestCase("\"workers\":2000000", "hello workers is 2000000, must be 0 to 1024")]
    [CancelAfter(30_000)]
    public async Task A_claim_out_of_its_bounds_is_refused_with_one_line(string claim, string reason, CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.SendAsync($$"""{"type":"hello","protocol":1,"role":"launcher","release":"v1",{{claim}}}""", cancel);
        Proof.Refused(await peer.FrameAsync(cancel), Is.EqualTo(new StopFrame { Reason = reason, ExitCode = 77 }));
        Assert.That(await peer.FrameAsync(cancel), Is.Null);
        await AssertGoodAsync(cancel);
        Assert.That(_pool.Process.Count($"dropped: {reason}"), Is.EqualTo(1));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Odd_reports_that_are_well_formed_are_taken(CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.HelloAsync(cancel);
        var id = ((WelcomeFrame)(await peer.FrameAsync(cancel))!).Session;
        await peer.SendAsync(
            """{"type":"state","state":"starting","connections":-1,"workers":[0,-1,1,2147483647]}""", cancel);
        await peer.SendAsync("""{"type":"failed","reason":"no","output":[null,"last"],"more":{"a":1}}""", cancel);
        await _pool.StateAsync(id, "failed", cancel);

        var newest = (await _pool.StatusAsync(cancel)).GetProperty("history")[0];
        Assert.That(
            newest.GetProperty("output").EnumerateArray().Select(line => line.GetString()),
            Is.EqualTo(new[] { "", "last" }));
        Assert.That((await _pool.ZerglingsAsync(cancel)).Last().GetProperty("workers").GetArrayLength(), Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_flood_of_frames_is_read_slowly_and_keeps_nobody_else_waiting(CancellationToken cancel)
    {
        const int seen = 900;
        var start = TimeProvider.System.GetTimestamp();
        using var flood = HelperProcess.Python(Flood, null, "", _pool.Path);
        var id = int.Parse((await flood.WaitForLineAsync("session ", cancel)).Split(' ')[1]);
        await flood.WaitForLineAsync("full", cancel);

        // All the while it waits for room to send more.
        await using (var another = await _pool.AttachAsync(cancel))
            await _pool.StateAsync(another.Session, "starting", cancel);
        await PoolProcess.UntilAsync(async () => await ConnectionsAsync(_pool, id, cancel) >= seen, cancel);
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.GreaterThan(TimeSpan.FromSeconds(3)));
        Assert.That(await _pool.StateOfAsync(id, cancel), Is.EqualTo("starting"));

        // Thousands of frames are still unread: its death is noticed all the same.
        flood.Signal(Signum.SIGKILL);
        await _pool.StateAsync(id, "gone", cancel);
        await AssertGoodAsync(cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Reports_that_piled_up_while_the_pool_was_stopped_cost_no_session(CancellationToken cancel)
    {
        const int reports = 250;
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var client = await pool.ServeAsync(cancel);
        pool.Process.Signal(Signum.SIGSTOP);
        await PoolProcess.UntilAsync(() => PoolProcess.ProcStatus(pool.Pid, "State")[0] == "T", cancel);
        for (var n = 1; n <= reports; n++)
            await client.ReportAsync(new ZergReport(ZerglingState.Accepting, n), cancel);
        pool.Process.Signal(Signum.SIGCONT);

        await PoolProcess.UntilAsync(
            async () => await ConnectionsAsync(pool, client.Session, cancel) == reports, cancel);
        Assert.That(await pool.StateOfAsync(client.Session, cancel), Is.EqualTo("accepting"));
        Assert.That(pool.Process.Count(" left "), Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Silent_peers_are_dropped_after_their_patience_and_keep_nobody_out_for_longer(
        CancellationToken cancel)
    {
        var silent = new List<RawPeer>();
        var start = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < 40; n++)
            silent.Add(await RawPeer.ConnectAsync(_pool.Path, cancel));

        // The time of the test bounds it: who attaches now comes in when the first of them have to leave.
        await using (await _pool.AttachAsync(cancel))
            await Task.WhenAll(silent.Take(32).Select(peer => peer.EndAsync(cancel)));
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.GreaterThan(TimeSpan.FromSeconds(4.5)));
        await PoolProcess.UntilAsync(() => _pool.Process.Count("was silent for too long") >= 32, cancel);
        silent.ForEach(peer => peer.Dispose());
        await AssertGoodAsync(cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_crowd_of_silent_peers_keeps_nobody_out(CancellationToken cancel)
    {
        var silent = new List<RawPeer>();
        for (var n = 0; n < 100; n++)
            silent.Add(await RawPeer.ConnectAsync(_pool.Path, cancel));

        // A zergling gives up after ten seconds.
        await using (await _pool.AttachAsync(cancel))
        {
        }

        silent.ForEach(peer => peer.Dispose());
        await AssertGoodAsync(cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Silent_peers_of_the_control_socket_give_way_to_whoever_speaks(CancellationToken cancel)
    {
        var silent = new List<RawPeer>();
        var start = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < 100; n++)
            silent.Add(await RawPeer.ConnectAsync(_pool.Control, cancel));

        // If nobody gave way, three times as many as there are places would be waited for, five seconds each time.
        await _pool.StatusAsync(cancel);
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(10)));
        await _pool.WaitForLineAsync($"order of pid {Environment.ProcessId} uid ", cancel);
        await Task.WhenAll(silent.Select(peer => peer.EndAsync(cancel)));
        await PoolProcess.UntilAsync(() => _pool.Process.Count("dropped: it was silent") >= 100, cancel);
        silent.ForEach(peer => peer.Dispose());
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Who_never_reads_while_orders_pile_up_loses_the_session(CancellationToken cancel)
    {
        using var peer = await RawPeer.GreetedAsync(_pool.Path, cancel);
        await peer.HelloAsync(cancel, name: "deaf");
        var id = ((WelcomeFrame)(await peer.FrameAsync(cancel))!).Session;
        await peer.SendAsync(new ReadyFrame(), cancel);
        for (var round = 0; round < 200; round++)
        {
            var order = round % 2 == 0 ? "pause" : "resume";
            try
            {
                await peer.SendAsync(
                    new StateFrame { State = round % 2 == 0 ? ZerglingState.Accepting : ZerglingState.Paused }, cancel);
            }
            catch (IOException)
            {
                // The orders of the round before were too many: the pool has hung up already.
                break;
            }

            var state = "";
            await PoolProcess.UntilAsync(
                async () => (state = await _pool.StateOfAsync(id, cancel)) is "gone"
                    || state == (round % 2 == 0 ? "accepting" : "paused"),
                cancel);
            if (state == "gone")
                break;

            // Not waited for: its answer comes only when this peer has obeyed.
            for (var n = 0; n < 8; n++)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_pool.Control), cancel);
                await socket.SendAsync(
                    Encoding.UTF8.GetBytes($$"""{"command":"{{order}}","zergling":"{{id}}"}""" + "\n"), cancel);
                socket.Dispose();
            }
        }

        await _pool.StateAsync(id, "gone", cancel);
        await _pool.WaitForLineAsync("it does not read what it is sent", cancel);
        await AssertGoodAsync(cancel);
    }

    [TestCase("", 64)]
    [TestCase("{", 64)]
    [TestCase("null", 64)]
    [TestCase("{}", 64)]
    [TestCase("""{"command":null}""", 64)]
    [TestCase("""{"command":"dance","zergling":"1"}""", 64)]
    [TestCase("""{"command":{}}""", 64)]
    [CancelAfter(30_000)]
    public async Task A_bad_order_is_answered(string line, int exitCode, CancellationToken cancel)
    {
        Assert.That(await RawPeer.LineAsync(_pool.Control, line, cancel), Does.Contain($"\"exitCode\":{exitCode}"));
        await AssertGoodAsync(cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task An_order_without_an_end_is_dropped(CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_pool.Control), cancel);
        await socket.SendAsync(new byte[16 * 1024], cancel);
        var buffer = new byte[256];
        Assert.That(
            Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, cancel)),
            Does.Contain("not a line of JSON"));
        await AssertGoodAsync(cancel);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Two_hundred_bad_peers_leave_neither_descriptors_nor_threads(CancellationToken cancel)
    {
        await RoundAsync(40, cancel);
        var descriptors = PoolProcess.Descriptors(_pool.Pid);
        var threads = Threads();

        await RoundAsync(200, cancel);
        await PoolProcess.DescriptorsAsync(_pool.Pid, descriptors + 2, cancel);

        // Waited for: the runtime may have more for a moment, and ends those that are idle.
        await Poll.UntilAsync(() => Threads() <= threads + 8, () => $"{Threads()} threads, {threads} before", cancel);
        await AssertGoodAsync(cancel);

        int Threads() => Directory.GetDirectories($"/proc/{_pool.Pid}/task").Length;
    }

    private async Task RoundAsync(int count, CancellationToken cancel)
    {
        for (var n = 0; n < count; n++)
        {
            using var peer = await RawPeer.ConnectAsync(_pool.Path, cancel);
            switch (n % 5)
            {
                case 0:
                    break;
                case 1:
                    await peer.SendAsync([0xff, 0xff, 0xff, 0xff], cancel);
                    await peer.EndAsync(cancel);
                    break;
                case 2:
                    await peer.SendAsync([9, 0], cancel);
                    break;
                case 3:
                    await peer.SendAsync("{}", cancel);
                    break;
                case 4:
                    await peer.HelloAsync(cancel, name: "short");
                    break;
            }
        }
    }

    private static async Task<int?> ConnectionsAsync(PoolProcess pool, int id, CancellationToken cancel)
        => (await pool.ZerglingsAsync(cancel)).First(one => one.GetProperty("id").GetInt32() == id)
            .GetProperty("connections") is { ValueKind: JsonValueKind.Number } count ? count.GetInt32() : null;

    // It is still there and accepts, and somebody new can attach; every line that was written before has been read.
    private async Task AssertGoodAsync(CancellationToken cancel)
    {
        var name = $"witness-{++_witnesses}";
        await using (var another = await _pool.AttachAsync(cancel, name: name))
        {
            await _pool.StateAsync(another.Session, "starting", cancel);
            await _pool.WaitForLineAsync($"({name}, ", cancel);
        }

        await _pool.StateAsync(_good.Session, "accepting", cancel);
        await PoolProcess.UntilAsync(async () => (await _pool.ZerglingsAsync(cancel)).Length == 1, cancel);
    }

    private static TestCaseData Json(string name, string json, string reason)
        => Case(name, RawPeer.Frame(Encoding.UTF8.GetBytes(json)), reason);

    private static TestCaseData Case(string name, byte[] bytes, string reason)
        => new TestCaseData(bytes, reason).SetName($"{name}_is_dropped_with_one_line");
}
