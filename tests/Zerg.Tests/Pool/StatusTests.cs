using System.Net.Sockets;
using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

[Parallelizable]
internal sealed class StatusTests
{
    private PoolProcess _pool = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _pool = await PoolProcess.StartInAsync(
            null,
            ["--zerg-pool", "DIR/pool.sock", "--http", "127.0.0.1:0", "--socket", "DIR/app.sock", "--listen", "99"],
            null,
            patience.Token);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _pool.DisposeAsync();

    [Test]
    [CancelAfter(30_000)]
    public async Task Json_has_every_field_by_its_name(CancellationToken cancel)
    {
        await using var old = await _pool.ServeAsync(cancel, "v1", "old");
        await old.ReportAsync(new ZergReport(ZerglingState.Accepting, 5, 2, [Environment.ProcessId]), cancel);
        await PoolProcess.UntilAsync(
            async () => (await _pool.ZerglingsAsync(cancel))[0].GetProperty("connections").ValueKind
                == JsonValueKind.Number,
            cancel);
        await using var next = await _pool.AttachAsync(cancel, "v2", "next");
        await _pool.StateAsync(next.Session, "starting", cancel);
        using var waiting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await waiting.ConnectAsync(await _pool.EndPointAsync(cancel), cancel);

        var run = await PoolProcess.RunAsync(cancel, "status", "--json", "--zerg", _pool.Path);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Errors, Is.Empty);
        var status = JsonDocument.Parse(string.Join('\n', run.Output)).RootElement;
        Assert.That(Names(status), Is.EqualTo(new[]
        {
            "pool", "sockets", "limits", "differences", "zerglings", "deployments", "handover", "rollback", "goesBack",
            "watch", "history",
        }));

        var pool = status.GetProperty("pool");
        Assert.That(Names(pool), Is.SupersetOf(new[] { "pid", "version", "started", "uid", "gid", "generation" }));
        Assert.That(pool.GetProperty("pid").GetInt32(), Is.EqualTo(_pool.Pid));
        Assert.That(pool.GetProperty("version").GetString(), Is.EqualTo("0.1.0"));
        Assert.That(pool.GetProperty("started").GetDateTimeOffset(), Is.LessThan(TimeProvider.System.GetUtcNow()));

        var sockets = status.GetProperty("sockets").EnumerateArray().ToList();
        Assert.That(Names(sockets[0]), Is.EqualTo(new[] { "name", "address", "protocol", "queued", "backlog", "state" }));
        var http = sockets.Single(one => one.GetProperty("protocol").GetString() == "http");
        Assert.That(http.GetProperty("queued").GetInt32(), Is.EqualTo(1));
        Assert.That(sockets.Select(one => one.GetProperty("backlog").GetInt32()), Is.All.EqualTo(99));

        var zerglings = status.GetProperty("zerglings").EnumerateArray().ToList();
        Assert.That(Names(zerglings[0]), Is.SupersetOf(new[]
        {
            "id", "pid", "uid", "kind", "name", "release", "generation", "mode", "state", "since", "connections",
            "requests",
            "workers",
        }));
        var first = zerglings[0];
        Assert.That(first.GetProperty("kind").GetString(), Is.EqualTo("app"));
        Assert.That(first.GetProperty("mode").GetString(), Is.EqualTo("auto"));
        Assert.That(first.GetProperty("pid").GetInt32(), Is.EqualTo(Environment.ProcessId));
        Assert.That(first.GetProperty("connections").GetInt32(), Is.EqualTo(5));
        Assert.That(first.GetProperty("requests").GetInt32(), Is.EqualTo(2));
        Assert.That(first.GetProperty("workers").GetArrayLength(), Is.Zero, "no child of the zergling");
        Assert.That(zerglings[1].GetProperty("connections").ValueKind, Is.EqualTo(JsonValueKind.Null));

        var handover = status.GetProperty("handover");
        Assert.That(Names(handover), Is.EquivalentTo(new[] { "to", "from", "phase", "started" }));
        Assert.That(handover.GetProperty("to").GetInt32(), Is.EqualTo(next.Session));
        Assert.That(handover.GetProperty("phase").GetString(), Is.EqualTo("starting"));

        await next.FailedAsync("it broke", ["line 1", "line\u001b 2"], cancel);
        await _pool.StateAsync(next.Session, "failed", cancel);
        status = await _pool.StatusAsync(cancel);
        Assert.That(status.GetProperty("handover").ValueKind, Is.EqualTo(JsonValueKind.Null));
        var newest = status.GetProperty("history")[0];
        Assert.That(newest.GetProperty("outcome").GetString(), Is.EqualTo("failed"));
        Assert.That(newest.GetProperty("reason").GetString(), Is.EqualTo("it broke"));
        Assert.That(newest.GetProperty("seconds").GetDouble(), Is.GreaterThanOrEqualTo(0));

        var table = await PoolProcess.RunAsync(cancel, "status", "--zerg", _pool.Path);
        Assert.That(table.ExitCode, Is.Zero);
        var lines = table.Output;
        Assert.That(lines[0], Does.StartWith($"pool {_pool.Path}  pid {_pool.Pid}  version 0.1.0"));
        Assert.That(lines[2], Does.Match("^SOCKET +ADDRESS +PROTOCOL +QUEUED +BACKLOG +STATE$"));
        Assert.That(
            lines, Has.Some.Match("^ID +PID +KIND +NAME +RELEASE +GEN +MODE +STATE +SINCE +CONN +REQ +WORKERS$"));
        Assert.That(lines, Has.Some.Match(
            $"^{old.Session} +{Environment.ProcessId} +app +old +v1 +1 +auto +accepting +\\d+s +5 +2 +-$"));
        Assert.That(lines, Has.Some.Contains($"to zergling {next.Session}, release 'v2', failed in "));
        Assert.That(lines, Has.Some.EqualTo("    | line? 2"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_hand_over_is_recorded_with_its_duration(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var old = await pool.ServeAsync(cancel);
        await using var next = await pool.AttachAsync(cancel, "v2");
        await next.ReadyAsync(cancel);
        await next.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        var drain = await old.OrdersAsync(cancel).OfType<ZergOrder.Drain>().FirstAsync(cancel);
        await old.ReportAsync(new ZergReport(ZerglingState.Draining), cancel);
        await pool.StateAsync(old.Session, "draining", cancel);

        Assert.That(drain.Mercy, Is.EqualTo(TimeSpan.FromMinutes(1)));
        Assert.That(drain.Reason, Does.Contain("replaced by zergling 2 (release 'v2')"));
        var status = await pool.StatusAsync(cancel);
        Assert.That(status.GetProperty("pool").GetProperty("generation").GetInt32(), Is.EqualTo(2));
        var record = status.GetProperty("history")[0];
        Assert.That(record.GetProperty("outcome").GetString(), Is.EqualTo("completed"));
        Assert.That(record.GetProperty("from").EnumerateArray().Select(one => one.GetInt32()), Is.EqualTo(new[] { 1 }));
        Assert.That(record.GetProperty("to").GetInt32(), Is.EqualTo(2));
        Assert.That(
            await pool.WaitForLineAsync("hand-over to zergling 2 (release 'v2') completed in ", cancel),
            Does.EndWith("generation 2 serves"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Each_of_several_pools_is_found_by_its_path_and_told_apart(CancellationToken cancel)
    {
        var name = $"@zp-{Guid.NewGuid():N}";
        await using var pool = await PoolProcess.StartInAsync(
            null,
            [
                "--shared-socket", "127.0.0.1:0", "--zerg-pool", "DIR/pool.sock:=0",
                "--zerg-pool", "DIR/two.sock:=0,DIR/app.sock", "--zerg-pool", $"{name}:DIR/last.sock",
            ],
            null, cancel);
        string[] paths = [pool.Path, pool.File("two.sock"), name];
        var clients = new List<ZergClient>();
        foreach (var path in paths[..2])
        {
            var old = await AttachAsync(path, "v1", cancel);
            await old.ReadyAsync(cancel);
            await old.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
            await pool.StateAsync(old.Session, "accepting", cancel);
            clients.Add(old);
        }

        await using var one = await AttachAsync(paths[0], "v2", cancel);
        await using var two = await AttachAsync(paths[1], "v2", cancel);

        foreach (var path in paths)
        {
            var found = await PoolProcess.RunAsync(cancel, "status", "--json", "--zerg", path);
            Assert.That(found.ExitCode, Is.Zero, string.Join('\n', found.Lines));
        }

        var status = await pool.StatusAsync(cancel);
        Assert.That(
            status.GetProperty("sockets").EnumerateArray().Select(socket => socket.GetProperty("pool").GetString()),
            Is.EqualTo(new[] { $"{paths[0]}, {paths[1]}", paths[1], paths[2] }));
        Assert.That(
            status.GetProperty("zerglings").EnumerateArray().Select(each => each.GetProperty("pool").GetString()),
            Is.EqualTo(new[] { paths[0], paths[1], paths[0], paths[1] }));
        Assert.That(status.GetProperty("handover").GetProperty("to").GetInt32(), Is.EqualTo(one.Session));
        var pools = status.GetProperty("pools").EnumerateArray().ToList();
        Assert.That(pools.Select(each => each.GetProperty("path").GetString()), Is.EqualTo(paths));
        Assert.That(pools.Select(each => each.GetProperty("generation").GetInt32()), Is.EqualTo(new[] { 1, 1, 0 }));
        Assert.That(
            pools.Take(2).Select(each => each.GetProperty("handover").GetProperty("to").GetInt32()),
            Is.EqualTo(new[] { one.Session, two.Session }));
        Assert.That(pools[2].GetProperty("handover").ValueKind, Is.EqualTo(JsonValueKind.Null));

        var table = (await PoolProcess.RunAsync(cancel, "status", "--zerg", paths[1])).Output;
        Assert.That(table, Has.Some.Match("^SOCKET .* BACKLOG +STATE +POOL$"));
        Assert.That(table, Has.Some.Match($"^{two.Session} .* {paths[1]}$"));
        Assert.That(table, Has.Some.StartsWith($"hand-over to {one.Session} of {paths[0]} since "));
        Assert.That(table, Has.Some.StartsWith($"hand-over to {two.Session} of {paths[1]} since "));

        // Each of them: who still serves keeps the files.
        foreach (var client in clients)
        {
            await client.DisposeAsync();
            await pool.StateAsync(client.Session, "gone", cancel);
        }

        Assert.That(await pool.StopAsync(cancel), Is.Zero);
        Assert.That(
            Directory.GetFileSystemEntries(pool.Directory).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "pool.sock.history", "pool.sock.lock", "two.sock.history", "two.sock.lock" }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_queue_that_is_nearly_full_is_told_once(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--listen", "10");
        var endPoint = await pool.EndPointAsync(cancel);
        await using var client = await pool.AttachAsync(cancel);
        using var listener = new Socket(new SafeSocketHandle(client.Sockets[0].Handle, ownsHandle: false));
        for (var round = 1; round <= 2; round++)
        {
            var waiting = new List<Socket>();
            for (var n = 0; n < 8; n++)
            {
                waiting.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await waiting[^1].ConnectAsync(endPoint, cancel);
            }

            // Who comes has the listeners looked at; without that it happens every few seconds.
            await LookAsync(pool, cancel);
            await LookAsync(pool, cancel);
            await PoolProcess.UntilAsync(() => pool.Process.Count("connections wait") >= round, cancel);
            Assert.That(
                pool.Process.Lines.Where(line => line.Contains("connections wait")).ToList(),
                Has.Count.EqualTo(round).And.All.EndsWith(
                    $"WRN listener {endPoint}: 8 connections wait, of 10 that may; what comes beyond is dropped"));
            foreach (var one in waiting)
            {
                (await listener.AcceptAsync(cancel)).Dispose();
                one.Dispose();
            }

            await LookAsync(pool, cancel);
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_pool_that_does_not_answer_is_not_waited_for(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        pool.Process.Signal(Signum.SIGSTOP);
        var run = await PoolProcess.RunAsync(cancel, "status", "--zerg", pool.Path);
        pool.Process.Signal(Signum.SIGCONT);

        Assert.That(run.ExitCode, Is.EqualTo(69));
        Assert.That(
            run.Lines, Is.EqualTo(new[] { $"zergpool: {pool.Control}: the pool did not answer within 10 s" }));
    }

    private static Task<ZergClient> AttachAsync(string path, string release, CancellationToken cancel)
        => ZergClient.AttachAsync(new ZergClientOptions { Pool = path, Release = release }, cancel);

    private static async Task LookAsync(PoolProcess pool, CancellationToken cancel)
    {
        await using var somebody = await pool.AttachAsync(cancel);
        await pool.StateAsync(somebody.Session, "starting", cancel);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(one => one.Name);
}
