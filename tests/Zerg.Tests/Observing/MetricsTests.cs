using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mono.Unix.Native;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Tests.Harness;
using Zerg.Tests.Upgrading;

namespace Zerg.Tests.Observing;

/// <summary>What Prometheus reads of a pool.</summary>
[Parallelizable]
internal sealed class MetricsTests
{
    private static readonly string[] s_families =
    [
        "zergpool info", "zergpool_uptime_seconds gauge", "zergpool_start_time_seconds gauge", "zergpool_upgrades counter",
        "zergpool_generation gauge", "zergpool_handover_in_progress gauge", "zergpool_handovers counter", "zergpool_handover_seconds summary", "zergpool_zerglings gauge",
        "zergpool_sessions gauge", "zergpool_attaches counter", "zergpool_refusals counter", "zergpool_connections gauge",
        "zergpool_requests_in_flight gauge", "zergpool_socket_queue gauge", "zergpool_socket_backlog gauge",
        "zergpool_socket_held gauge", "zergpool_repairs counter", "zergpool_limit gauge", "zergpool_used gauge", "process_open_fds gauge", "process_max_fds gauge",
        "process_resident_memory_bytes gauge",
    ];

    [SetUp]
    public void SetUp() => Peers.Require("prometheus_client");

    [Test, CancelAfter(60_000)]
    public async Task They_are_what_the_status_says(CancellationToken cancel)
    {
        const string release = "v\"1\\ü{x=\"y\"} 2";
        await using var pool = await PoolProcess.StartWithAsync(
            "127.0.0.1:0,DIR/app.sock", cancel, "--metrics", "127.0.0.1:0", "--max-sessions", "2");
        var place = Scrape.Place(await pool.WaitForLineAsync("metrics at http://127.0.0.1:", cancel));
        await using var one = await pool.ServeAsync(cancel, release);
        await one.ReportAsync(new ZergReport(ZerglingState.Accepting) { Connections = 7, Requests = 3 }, cancel);
        await PoolProcess.UntilAsync(
            async () => (await pool.ZerglingsAsync(cancel)).Single().GetProperty("connections")
                is { ValueKind: System.Text.Json.JsonValueKind.Number } number && number.GetInt32() == 7,
            cancel);
        await using (var bad = await pool.AttachAsync(cancel, "v2"))
        {
            Assert.That(() => pool.AttachAsync(cancel, "v3"), Throws.InstanceOf<ZergException>());
            await bad.FailedAsync("it broke", [], cancel);
            await pool.StateAsync(bad.Session, "failed", cancel);
        }

        await pool.StateAsync(2, "gone", cancel);
        var scrape = await Scrape.OfAsync(place, cancel);
        Assert.That(scrape.Families, Is.EqualTo(s_families));
        Assert.That(scrape["zergpool_info", ("version", OtherVersion.Own)], Is.EqualTo(1));
        Assert.That(scrape["zergpool_uptime_seconds"], Is.GreaterThan(0).And.LessThan(60));
        Assert.That(scrape["zergpool_generation", ("pool", pool.Path)], Is.EqualTo(1));
        Assert.That(scrape["zergpool_handovers_total", ("pool", pool.Path), ("outcome", "failed")], Is.EqualTo(1));
        Assert.That(scrape["zergpool_handovers_total", ("pool", pool.Path), ("outcome", "rolled_back")], Is.Zero);
        Assert.That(scrape["zergpool_handover_seconds_count", ("pool", pool.Path)], Is.EqualTo(1), "the first release");
        Assert.That(scrape["zergpool_zerglings", ("pool", pool.Path), ("state", "accepting")], Is.EqualTo(1));
        Assert.That(scrape["zergpool_zerglings", ("pool", pool.Path), ("state", "draining")], Is.Zero);
        Assert.That(scrape["zergpool_sessions"], Is.EqualTo(1));
        Assert.That(scrape["zergpool_attaches_total"], Is.EqualTo(2));
        Assert.That(scrape["zergpool_refusals_total", ("reason", "sessions")], Is.EqualTo(1));
        Assert.That(scrape["zergpool_connections", ("zergling", "1"), ("release", release)], Is.EqualTo(7));
        Assert.That(scrape["zergpool_requests_in_flight", ("zergling", "1"), ("release", release)], Is.EqualTo(3));
        Assert.That(scrape.All("zergpool_socket_backlog").Count(), Is.EqualTo(2));
        Assert.That(scrape["zergpool_socket_queue", ("socket", "any-app.sock")], Is.Zero);
        Assert.That(scrape["zergpool_limit", ("of", "sessions")], Is.EqualTo(2));
        Assert.That(scrape["zergpool_used", ("of", "sessions")], Is.EqualTo(1));
        Assert.That(scrape["process_open_fds"], Is.GreaterThan(10));
        Assert.That(scrape["process_resident_memory_bytes"], Is.GreaterThan(1e6));
    }

    [Test, CancelAfter(60_000)]
    public async Task Counters_go_on_through_hand_overs_and_upgrades_and_begin_anew_after_a_crash(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        string[] options = ["--zerg-pool", "DIR/pool.sock:DIR/app.sock", "--metrics", "DIR/metrics.sock"];
        double created;
        await using (var pool = await PoolProcess.StartInAsync(directory.Path, options, null, cancel))
        {
            var place = Scrape.Place(await pool.WaitForLineAsync("metrics at /", cancel));
            await HandOverAsync(pool, cancel);
            var before = await Scrape.OfAsync(place, cancel);
            created = before["zergpool_handovers_created", ("outcome", "completed")];
            Assert.That(before["zergpool_handovers_total", ("outcome", "completed")], Is.EqualTo(2));
            await pool.UpgradedAsync(cancel);
            await pool.UpgradedAsync(cancel);
            await HandOverAsync(pool, cancel);
            var after = await Scrape.OfAsync(place, cancel);
            Assert.That(after["zergpool_handovers_total", ("outcome", "completed")], Is.EqualTo(4));
            Assert.That(after["zergpool_handover_seconds_count"], Is.EqualTo(4));
            Assert.That(after["zergpool_handover_seconds_sum"], Is.GreaterThan(before["zergpool_handover_seconds_sum"]));
            Assert.That(after["zergpool_upgrades_total"], Is.EqualTo(2));
            Assert.That(after["zergpool_attaches_total"], Is.EqualTo(4));
            Assert.That(after["zergpool_uptime_seconds"], Is.GreaterThan(before["zergpool_uptime_seconds"]));
            Assert.That(after["zergpool_handovers_created", ("outcome", "completed")], Is.EqualTo(created));
            pool.Process.Signal(Signum.SIGKILL);
            await pool.Process.ExitAsync(cancel);
        }

        await using var next = await PoolProcess.StartInAsync(directory.Path, options, null, cancel);
        var anew = await Scrape.OfAsync(Scrape.Place(await next.WaitForLineAsync("metrics at /", cancel)), cancel);
        Assert.That(anew["zergpool_handovers_total", ("outcome", "completed")], Is.Zero);
        Assert.That(anew["zergpool_handovers_created", ("outcome", "completed")], Is.GreaterThan(created));
        Assert.That(
            File.GetUnixFileMode(directory.File("metrics.sock")), Is.EqualTo((UnixFileMode)0b110_110_000));
        await next.StopAsync(cancel);
        Assert.That(File.Exists(directory.File("metrics.sock")), Is.False);
    }

    [Test, CancelAfter(60_000)]
    public async Task Responses_are_summed_by_release_and_go_on_through_an_upgrade(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--metrics", "127.0.0.1:0");
        var place = Scrape.Place(await pool.WaitForLineAsync("metrics at ", cancel));
        await using var one = await pool.AttachAsync(cancel, "v1");
        await TellAsync(one, ZergResponses.None, cancel);
        await one.ReadyAsync(cancel: cancel);
        await TellAsync(one, Answers(10, 2), cancel);
        foreach (var bad in (ZergResponses[])[Answers(9, 2), Answers(-1, 0), Answers(11, 2) with { Latencies = new long[21] }])
            await TellAsync(one, bad, cancel);
        await pool.UpgradedAsync(cancel);
        await TellAsync(one, Answers(11, 3), cancel);
        await using (var two = await pool.AttachAsync(cancel, "v1"))
            await TellAsync(two, Answers(5, 0), cancel);

        Scrape? scrape = null;
        await Poll.UntilAsync(
            async () => (scrape = await Scrape.OfAsync(place, cancel))["zergpool_responses_total", ("class", "2xx")] >= 16,
            () => $"{scrape!["zergpool_responses_total", ("class", "2xx")]}", cancel);
        (string, string) release = ("release", "v1");
        Assert.That(scrape!["zergpool_responses_total", release, ("class", "2xx")], Is.EqualTo(16));
        Assert.That(scrape["zergpool_responses_total", release, ("class", "5xx")], Is.EqualTo(3));
        Assert.That(scrape["zergpool_responses_total", release, ("class", "4xx")], Is.Zero);
        Assert.That(scrape["zergpool_response_seconds_bucket", release, ("le", "0.5")], Is.Zero);
        Assert.That(scrape["zergpool_response_seconds_bucket", release, ("le", "1.0")], Is.EqualTo(19));
        Assert.That(scrape["zergpool_response_seconds_bucket", release, ("le", "+Inf")], Is.EqualTo(19));
        Assert.That(scrape["zergpool_response_seconds_count", release], Is.EqualTo(19));
        Assert.That(scrape["zergpool_response_seconds_sum", release], Is.EqualTo(19));
    }

    [Test, CancelAfter(60_000)]
    public async Task Of_many_releases_the_latest_are_told(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--metrics", "127.0.0.1:0");
        var place = Scrape.Place(await pool.WaitForLineAsync("metrics at ", cancel));
        for (var number = 1; number <= 20; number++)
        {
            await using var one = await pool.AttachAsync(cancel, $"v{number}");
            await TellAsync(one, Answers(1, 0), cancel);
            await pool.StateAsync(one.Session, "starting", cancel);
        }

        Scrape? scrape = null;
        await Poll.UntilAsync(
            async () => (scrape = await Scrape.OfAsync(place, cancel)).All("zergpool_responses_total").Any(IsOfLast),
            () => "no figures of the last one", cancel);
        Assert.That(scrape!.All("zergpool_response_seconds_count").Count(), Is.EqualTo(16));

        static bool IsOfLast(System.Text.Json.JsonElement sample)
            => sample.GetProperty("labels").GetProperty("release").GetString() == "v20";
    }

    // Each of them takes up to a second.
    private static ZergResponses Answers(long good, long bad) => new(
        [0, good, 0, 0, bad], [.. ZergResponses.Bounds.Select(bound => bound == 1 ? good + bad : 0)], Math.Max(good + bad, 0));

    private static Task TellAsync(ZergClient client, ZergResponses responses, CancellationToken cancel)
        => client.ReportAsync(new ZergReport(ZerglingState.Starting) { Responses = responses }, cancel);

    [TestCase("GET / HTTP/1.0\r\n\r\n", "200 OK")]
    [TestCase("GET /metrics?x=y HTTP/1.1\nHost: x\n\n", "200 OK")]
    [TestCase("GET /status HTTP/1.1\r\n\r\n", "404 Not Found")]
    [TestCase("POST /metrics HTTP/1.1\r\nContent-Length: 100000\r\n\r\nxyz", "405 Method Not Allowed")]
    [TestCase("HEAD / HTTP/1.1\r\n\r\n", "405 Method Not Allowed")]
    [TestCase("GET /metrics\r\n\r\n", "400 Bad Request")]
    [TestCase("GET /metrics HTTP/2.0\r\n\r\n", "400 Bad Request")]
    [TestCase("\r\n\r\n", "400 Bad Request")]
    [TestCase("LONG", "431 Request Header Fields Too Large")]
    [CancelAfter(60_000)]
    public async Task Other_requests_get_their_answers(string request, string answer, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--metrics", "@zp-metrics-" + Guid.NewGuid().ToString("N"));
        var place = Scrape.Place(await pool.WaitForLineAsync("metrics at @", cancel));
        var (head, body) = await Scrape.RequestAsync(
            place, request == "LONG" ? $"GET / HTTP/1.1\r\nX: {new string('x', 100_000)}" : request, cancel);
        Assert.That(head, Does.StartWith($"HTTP/1.1 {answer}\r\n").And.Contain("\r\nConnection: close\r\n"));
        Assert.That(body, Is.Not.Empty);
        Assert.That(head.Contains("Allow: GET\r\n"), Is.EqualTo(answer.StartsWith("405")));
    }

    [Test, CancelAfter(60_000)]
    public async Task Who_is_silent_or_one_of_too_many_holds_up_the_others_for_a_while_at_most(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--metrics", "127.0.0.1:0");
        var place = Scrape.Place(await pool.WaitForLineAsync("metrics at ", cancel));
        var target = ListenAddress.Parse($"{place}").Value!.Resolve()[0];
        var silent = new List<Socket>();
        var clock = Stopwatch.StartNew();
        for (var number = 0; number < 30; number++)
        {
            // No more of them may wait to be accepted: the kernel has the others come again seconds later.
            if (number == 16)
            {
                await Poll.UntilAsync(
                    () => ListenerTable.Connections(target).Count() == 16, () => "they are not accepted", cancel);
            }

            silent.Add(await Scrape.ConnectAsync(place, cancel));
        }

        await silent[0].SendAsync("GET / HTTP"u8.ToArray(), cancel);
        Assert.That(await pool.ZerglingsAsync(cancel), Is.Empty);
        Assert.That(silent[0].Poll(TimeSpan.Zero, SelectMode.SelectRead), Is.False, "it is not waited for any more");
        Assert.That(await silent[0].ReceiveAsync(new byte[1], cancel), Is.Zero);
        Assert.That(clock.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(3)).And.LessThan(TimeSpan.FromSeconds(20)));
        silent.ForEach(socket => socket.Dispose());
        await Scrape.OfAsync(place, cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task An_upgrade_keeps_the_port_and_answers_who_asked_before(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--metrics", "[::1]:0");
        var place = Scrape.Place(await pool.WaitForLineAsync("metrics at ", cancel));

        // Asked while the next program is: once that takes over, who is silent is waited for a second and no longer.
        var next = new HeldProgram(pool.File("next"));
        using var early = await Scrape.ConnectAsync(place, cancel);
        var upgrade = pool.UpgradedAsync(cancel, next.Path);
        await next.AskedAsync(cancel);
        await early.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), cancel);
        var answer = new byte[16];
        Assert.That(await early.ReceiveAsync(answer, cancel), Is.GreaterThan(0));
        Assert.That(Encoding.ASCII.GetString(answer), Does.StartWith("HTTP/1.1 200"));
        next.GoOn();
        await upgrade;
        var scrape = await Scrape.OfAsync(place, cancel);
        Assert.That(scrape["zergpool_upgrades_total"], Is.EqualTo(1));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_reload_moves_them_and_ends_them(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("site.yml", Configuration("127.0.0.1:0"));
        await using var pool = await PoolProcess.StartInAsync(directory.Path, [file], null, cancel);
        var first = Scrape.Place(await pool.WaitForLineAsync("metrics at http", cancel));
        Assert.That(await ReloadAsync(directory.File("m.sock")), Is.Zero);
        var second = Scrape.Place(await pool.WaitForLineAsync("metrics at /", cancel));
        await Scrape.OfAsync(second, cancel);
        Assert.That(() => Scrape.ConnectAsync(first, cancel), Throws.InstanceOf<SocketException>());

        // What cannot be bound changes nothing.
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Assert.That(await ReloadAsync(taken.LocalEndpoint.ToString()!), Is.EqualTo(ExitCodes.System));
        await Scrape.OfAsync(second, cancel);
        Assert.That(await ReloadAsync(null), Is.Zero);
        Assert.That(File.Exists(directory.File("m.sock")), Is.False);
        Assert.That(await ReloadAsync(directory.File("m.sock")), Is.Zero);
        await Scrape.OfAsync(second, cancel);

        async Task<int> ReloadAsync(string? metrics)
        {
            File.WriteAllText(file, Configuration(metrics));
            return (await RawPeer.OrderAsync(pool.Control, "reload", null, cancel)).GetProperty("exitCode").GetInt32();
        }

        string Configuration(string? metrics) => $"zerg:\n  zerg-pool: {directory.File("pool.sock")}:127.0.0.1:0\n"
            + (metrics is null ? "" : $"  metrics: '{metrics}'\n");
    }

    [TestCase(":9464")]
    [TestCase("10.0.0.1:9464")]
    [TestCase("[::]:9464")]
    [TestCase("localhost:9464")]
    [CancelAfter(60_000)]
    public async Task An_address_that_others_reach_is_an_error(string address, CancellationToken cancel)
    {
        var check = await PoolProcess.RunAsync(cancel, "check", "--http", ":1", "--name", "x", "--metrics", address);
        Assert.That(check.ExitCode, Is.EqualTo(ExitCodes.Usage));
        Assert.That(check.Errors.Single(), Does.Contain($"metrics: '{address}' can be reached from elsewhere"));
    }

    // Bound before root is given up, and handed over after it.
    [TestCase("127.0.0.1:987")]
    [TestCase("DIR/metrics.sock")]
    [CancelAfter(60_000), Category("Root")]
    public async Task The_user_that_the_pool_becomes_goes_on_with_them(string address, CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "needs root");
        await using var pool = await PoolProcess.StartAsync(
            cancel, "--uid", "nobody", "--gid", "nogroup", "--metrics", address);
        var place = Scrape.Place(await pool.WaitForLineAsync("metrics at ", cancel));
        await Scrape.OfAsync(place, cancel);
        await pool.UpgradedAsync(cancel);
        Assert.That((await Scrape.OfAsync(place, cancel))["zergpool_upgrades_total"], Is.EqualTo(1));
        if (Syscall.lstat(pool.File("metrics.sock"), out var status) == 0)
            Assert.That((status.st_uid, status.st_gid), Is.EqualTo((65534u, 65534u)));
    }

    private static async Task HandOverAsync(PoolProcess pool, CancellationToken cancel)
    {
        await using var old = await pool.ServeAsync(cancel, "old" + Guid.NewGuid());
        await using var young = await pool.AttachAsync(cancel, "new" + Guid.NewGuid());
        await young.ReadyAsync(cancel);
        await young.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);

        // The one must not seem to have left before the other came: each has a session of its own.
        await pool.StateAsync(young.Session, "accepting", cancel);
        await old.ReportAsync(new ZergReport(ZerglingState.Draining), cancel);
        await pool.StateAsync(old.Session, "draining", cancel);
        await old.ByeAsync("through", cancel);
        await old.DisposeAsync();
        await pool.StateAsync(old.Session, "gone", cancel);
        await young.ByeAsync("through", cancel);
        await young.DisposeAsync();
        await pool.StateAsync(young.Session, "gone", cancel);
    }
}
