using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>pause, resume, drain, stop: they wait, and their status says what became of it.</summary>
[Parallelizable]
internal sealed class OrderTests
{
    private PoolProcess _pool = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        _pool = await PoolProcess.StartAsync(patience.Token, "--worker-reload-mercy", "2s");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _pool.DisposeAsync();

    [Test]
    [CancelAfter(30_000)]
    public async Task An_order_waits_until_the_zergling_has_obeyed(CancellationToken cancel)
    {
        await using var client = await _pool.ServeAsync(cancel, name: "web");
        var orders = client.OrdersAsync(cancel).GetAsyncEnumerator(cancel);
        Assert.That(await NextAsync(orders), Is.TypeOf<ZergOrder.Resume>());

        foreach (var (verb, order, state, name) in new (string, ZergOrder, ZerglingState, string)[]
        {
            ("pause", new ZergOrder.Pause(), ZerglingState.Paused, "web"),
            ("resume", new ZergOrder.Resume(), ZerglingState.Accepting, $"{client.Session}"),
        })
        {
            var asked = Order(verb, name, cancel);
            Assert.That(await NextAsync(orders), Is.TypeOf(order.GetType()));
            Assert.That(asked.IsCompleted, Is.False);
            await client.ReportAsync(new ZergReport(state), cancel);
            Assert.That((await asked).Code, Is.Zero);
        }

        var drained = Order("drain", "web", cancel);
        Assert.That(
            await NextAsync(orders), Is.EqualTo(new ZergOrder.Drain(TimeSpan.FromSeconds(2), "drain was asked for")));
        await client.ReportAsync(new ZergReport(ZerglingState.Draining), cancel);
        await _pool.StateAsync(client.Session, "draining", cancel);
        Assert.That(drained.IsCompleted, Is.False);
        await client.ByeAsync("drained", cancel);
        await client.DisposeAsync();
        var (code, message) = await drained;
        Assert.That(code, Is.Zero, message);
        Assert.That(message, Does.Contain("is drained and gone"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Stop_waits_until_the_zergling_is_gone(CancellationToken cancel)
    {
        // A pool with the usual mercy: this process is the zergling that it would kill.
        await using var pool = await PoolProcess.StartAsync(cancel);
        var client = await pool.ServeAsync(cancel, name: "web");
        var stopped = RawPeer.OrderAsync(pool.Control, "stop", "web", cancel);
        var order = await client.OrdersAsync(cancel).OfType<ZergOrder.Stop>().FirstAsync(cancel);
        Assert.That(order, Is.EqualTo(new ZergOrder.Stop("stop was asked for", 0)));
        await client.DisposeAsync();

        Assert.That((await stopped).GetProperty("exitCode").GetInt32(), Is.Zero);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_first_one_that_never_accepts_is_told_to_stop_and_the_next_one_serves(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using (var silent = await pool.AttachAsync(cancel, "v1"))
        {
            await silent.ReadyAsync(cancel);
            var orders = await silent.OrdersAsync(cancel).Take(2).ToListAsync(cancel);
            Assert.That(orders[0], Is.TypeOf<ZergOrder.Resume>());
            Assert.That(orders[1], Is.EqualTo(new ZergOrder.Stop("did not accept within 10 s", ExitCodes.Failed)));
        }

        await using var next = await pool.ServeAsync(cancel, "v2");
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_standby_serves_once_it_is_resumed(CancellationToken cancel)
    {
        await using var client = await _pool.AttachAsync(cancel, name: "spare", mode: ZergMode.Standby);
        await client.ReadyAsync(cancel);
        await _pool.StateAsync(client.Session, "standby", cancel);
        var resumed = Order("resume", "spare", cancel);
        Assert.That(await client.OrdersAsync(cancel).FirstAsync(cancel), Is.TypeOf<ZergOrder.Resume>());
        await client.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);

        Assert.That((await resumed).Code, Is.Zero);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task One_that_does_not_obey_in_time_is_reported_and_the_status_stays_within_reach(
        CancellationToken cancel)
    {
        await using var client = await _pool.ServeAsync(cancel, name: "stubborn");
        var asked = Enumerable.Range(0, 40).Select(_ => Order("pause", "stubborn", cancel)).ToList();
        await _pool.StateAsync(client.Session, "accepting", cancel);

        foreach (var (code, message) in await Task.WhenAll(asked))
        {
            Assert.That(code, Is.EqualTo(1));
            Assert.That(message, Does.Contain("did not do it in time, it is accepting"));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task One_that_does_not_stop_is_killed_after_the_mercy(CancellationToken cancel)
    {
        using var peer = Stubborn(_pool.Path);
        await peer.WaitForLineAsync("attached", cancel);

        // By its name: one of the test before may be there still.
        await PoolProcess.UntilAsync(
            async () => (await _pool.ZerglingsAsync(cancel)).Any(one => one.GetProperty("name").GetString() == "python"), cancel);
        var (code, message) = await Order("stop", "python", cancel);

        Assert.That(code, Is.Zero, message);
        Assert.That(await peer.ExitAsync(cancel), Is.EqualTo(128 + 9));
        await _pool.WaitForLineAsync($"no mercy any more, SIGKILL to pid {peer.Pid}", cancel);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_name_must_mean_one(CancellationToken cancel)
    {
        await using var one = await _pool.AttachAsync(cancel, name: "twin");
        await using var two = await _pool.AttachAsync(cancel, name: "twin");
        await _pool.StateAsync(two.Session, "starting", cancel);

        Assert.That(
            await Order("pause", "twin", cancel),
            Is.EqualTo((1, $"'twin' is the name of zerglings {one.Session}, {two.Session}: name one by its id")));
        Assert.That(
            await Order("pause", "nobody", cancel), Is.EqualTo((1, "no zergling 'nobody', see zergpool status")));
        Assert.That(await Order("pause", "999", cancel), Is.EqualTo((1, "no zergling '999', see zergpool status")));
        var (code, message) = await Order("pause", $"{one.Session}", cancel);
        Assert.That((code, message), Is.EqualTo(
            (1, $"zergling {one.Session} (twin, pid {Environment.ProcessId}) is starting: it cannot pause now")));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_launcher_cannot_be_paused(CancellationToken cancel)
    {
        await using var launcher = await ZergClient.AttachAsync(
            new ZergClientOptions { Pool = _pool.Path, Release = "v1", Name = "boss", IsLauncher = true }, cancel);
        await _pool.StateAsync(launcher.Session, "starting", cancel);

        var (code, message) = await Order("pause", "boss", cancel);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(message, Does.Contain("is a launcher: its workers cannot be paused"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task The_program_prints_the_answer_and_exits_with_its_status(CancellationToken cancel)
    {
        await using var client = await _pool.ServeAsync(cancel, name: "cli");
        var running = PoolProcess.RunAsync(cancel, "pause", "cli", "--zerg", _pool.Path);
        await client.OrdersAsync(cancel).OfType<ZergOrder.Pause>().FirstAsync(cancel);
        await client.ReportAsync(new ZergReport(ZerglingState.Paused), cancel);
        using var run = await running;
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(
            run.Output,
            Is.EqualTo(new[] { $"zergling {client.Session} (cli, pid {Environment.ProcessId}) is paused" }));
        Assert.That(run.Errors, Is.Empty);

        using var wrong = await PoolProcess.RunAsync(cancel, "drain", "nobody", "--control", _pool.Control);
        Assert.That(wrong.ExitCode, Is.EqualTo(1));
        Assert.That(wrong.Output, Is.Empty);
        Assert.That(wrong.Errors, Is.EqualTo(new[] { "zergpool: no zergling 'nobody', see zergpool status" }));
    }

    private async Task<(int Code, string Message)> Order(string command, string zergling, CancellationToken cancel)
    {
        var reply = await RawPeer.OrderAsync(_pool.Control, command, zergling, cancel);
        return (reply.GetProperty("exitCode").GetInt32(), reply.GetProperty("message").GetString()!);
    }

    private static async Task<ZergOrder> NextAsync(IAsyncEnumerator<ZergOrder> orders)
    {
        Assert.That(await orders.MoveNextAsync());
        return orders.Current;
    }

    // Says hello as an app named python and then nothing, whatever it is told.
    private static HelperProcess Stubborn(string path) => HelperProcess.Python("""
        import json, socket, struct, sys
        s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
        hello = json.dumps({"type": "hello", "protocol": 1, "role": "app", "release": "v1", "name": "python"}).encode()
        s.sendall(struct.pack("<I", len(hello)) + hello)
        s.recvmsg(14, 100)
        print("attached")
        sys.stdin.read()
        """, null, "", path);
}
