using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Tests.Harness;
using Zerg.Tests.Upgrading;

namespace Zerg.Tests.Observing;

/// <summary>How hand-overs ended is known after the process that saw them.</summary>
[Parallelizable]
internal sealed class HistoryTests
{
    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp() => _directory = new TemporaryDirectory();

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [TestCase(Signum.SIGKILL)]
    [TestCase(Signum.SIGTERM)]
    [CancelAfter(60_000)]
    public async Task It_outlives_the_pool(Signum signal, CancellationToken cancel)
    {
        JsonElement before;
        await using (var pool = await StartAsync(cancel))
        {
            await FailAsync(pool, "v1", cancel);
            await FailAsync(pool, "v2", cancel);
            before = (await pool.StatusAsync(cancel)).GetProperty("history");
            pool.Process.Signal(signal);
            await pool.Process.ExitAsync(cancel);
        }

        await using var next = await StartAsync(cancel);
        Assert.That((await next.StatusAsync(cancel)).GetProperty("history").GetRawText(), Is.EqualTo(before.GetRawText()));
        await FailAsync(next, "v3", cancel);

        var table = await PoolProcess.RunAsync(cancel, "history", "--zerg", next.Path, "--limit", "2");
        Assert.That(table.ExitCode, Is.Zero, string.Join('\n', table.Lines));
        Assert.That(table.Output, Has.Count.EqualTo(4));
        Assert.That(table.Output[0], Does.Match(
            @"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  failed +[0-9.]+ s  release 'v3' to zergling 3: v3 broke$"));
        Assert.That(table.Output[1], Is.EqualTo("    | last words?[1m"));
        var json = await PoolProcess.RunAsync(cancel, "history", "--zerg", next.Path, "--json");
        Assert.That(
            json.Output.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("release").GetString()),
            Is.EqualTo(["v3", "v2", "v1"]));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_upgrade_tells_nothing_twice(CancellationToken cancel)
    {
        await using var pool = await StartAsync(cancel);
        await FailAsync(pool, "v1", cancel);
        await pool.UpgradedAsync(cancel);
        await FailAsync(pool, "v2", cancel);
        Assert.That(await ReleasesAsync(pool, cancel), Is.EqualTo(["v2", "v1"]));
        var status = (await pool.StatusAsync(cancel)).GetProperty("history");
        Assert.That(status.EnumerateArray().Select(one => one.GetProperty("release").GetString()), Is.EqualTo(["v2", "v1"]));
        Assert.That(File.ReadAllLines(pool.Path + ".history"), Has.Length.EqualTo(2));
    }

    [Test, CancelAfter(60_000)]
    public async Task Several_pools_have_one_each_or_share_one(CancellationToken cancel)
    {
        string[] pools = ["--zerg-pool", "DIR/a.sock:DIR/a.app", "--zerg-pool", "DIR/b.sock:DIR/b.app"];
        await using (var own = await PoolProcess.StartInAsync(_directory.Path, pools, null, cancel))
        {
            await FailAsync(own, own.File("a.sock"), "a1", cancel);
            await FailAsync(own, own.File("b.sock"), "b1", cancel);
            Assert.That(File.ReadAllText(own.File("a.sock.history")), Does.Contain("a1").And.Not.Contain("b1"));
            Assert.That(File.ReadAllText(own.File("b.sock.history")), Does.Contain("b1").And.Not.Contain("a1"));
        }

        foreach (var round in new[] { 1, 2 })
        {
            await using var shared = await PoolProcess.StartInAsync(
                _directory.Path, [.. pools, "--journal", "DIR/both.history"], null, cancel);
            await FailAsync(shared, shared.File("a.sock"), $"a{round}", cancel);
            await FailAsync(shared, shared.File("b.sock"), $"b{round}", cancel);
            var told = await OrderAsync(shared.File("a.sock.ctl"), cancel);
            Assert.That(told.Length, Is.EqualTo(2 * round));
            Assert.That(
                told.Take(2).Select(one => one.GetProperty("pool").GetString()),
                Is.EqualTo([shared.File("b.sock"), shared.File("a.sock")]));
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task What_cannot_be_written_is_a_line_in_the_log(CancellationToken cancel)
    {
        Directory.CreateDirectory(_directory.File("pool.sock.history"));
        await using var pool = await StartAsync(cancel);
        await pool.WaitForLineAsync("the history is not kept: open ", cancel);
        await FailAsync(pool, "v1", cancel);
        Assert.That(await ReleasesAsync(pool, cancel), Is.EqualTo(["v1"]));

        // And is written as soon as it can be.
        Directory.Delete(_directory.File("pool.sock.history"));
        await FailAsync(pool, "v2", cancel);
        Assert.That(await ReleasesAsync(pool, cancel), Is.EqualTo(["v2", "v1"]));
        Assert.That(File.ReadAllText(_directory.File("pool.sock.history")), Does.Contain("v2"));
        File.Delete(_directory.File("pool.sock.history"));
        await FailAsync(pool, "v3", cancel);
        Assert.That(File.ReadAllText(_directory.File("pool.sock.history")), Does.Contain("v3"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Its_size_is_an_option_and_rubbish_in_it_is_left_out(CancellationToken cancel)
    {
        File.WriteAllText(
            _directory.File("pool.sock.history"),
            "{}\n[]\nnull\n\u0001\n"
            + $$"""{"to":7,"release":"old","from":[],"outcome":"completed","reason":"","output":[],"started":"2026-01-01T00:00:00Z","seconds":1e300,"pool":"{{_directory.File("pool.sock")}}"}"""
            + "\n{\"to\":1,\"rel");
        await using var pool = await StartAsync(cancel, "--journal-size", "4KiB");
        for (var round = 0; round < 30; round++)
            await FailAsync(pool, $"v{round}", cancel);
        Assert.That(new FileInfo(pool.Path + ".history").Length, Is.LessThanOrEqualTo(4096));
        Assert.That((await ReleasesAsync(pool, cancel))[..2], Is.EqualTo(["v29", "v28"]));
        var check = await PoolProcess.RunAsync(cancel, "check", "--zerg-pool", pool.Path + ":127.0.0.1:0", "--journal-size", "4095");
        Assert.That(check.Errors.Single(), Does.Contain("journal-size: '4095' is no size of 4KiB to 64MiB"));
    }

    [Test, CancelAfter(60_000), Category("Root")]
    public async Task It_belongs_to_the_user_that_the_pool_becomes(CancellationToken cancel)
    {
        Assume.That(Environment.IsPrivilegedProcess, "needs root");
        await using var pool = await PoolProcess.StartAsync(cancel, "--uid", "nobody", "--gid", "nogroup");
        Assert.That(Syscall.stat(pool.Path + ".history", out var status), Is.Zero);
        Assert.That((status.st_uid, (int)status.st_mode & 0xfff), Is.EqualTo((65534u, 0b110_100_000)));
        await FailAsync(pool, pool.Path, "v1", cancel);
        Assert.That(File.ReadAllText(pool.Path + ".history"), Does.Contain("v1"));
    }

    private Task<PoolProcess> StartAsync(CancellationToken cancel, params string[] options) => PoolProcess.StartInAsync(
        _directory.Path, ["--zerg-pool", "DIR/pool.sock:DIR/app.sock", .. options], null, cancel);

    private static Task FailAsync(PoolProcess pool, string release, CancellationToken cancel)
        => FailAsync(pool, pool.Path, release, cancel);

    private static async Task FailAsync(PoolProcess pool, string path, string release, CancellationToken cancel)
    {
        await using var client = await ZergClient.AttachAsync(
            new ZergClientOptions { Pool = path, Release = release, Name = "tests" }, cancel);
        await client.FailedAsync($"{release} broke", ["last words\u001b[1m"], cancel);
        await Poll.UntilAsync(
            async () => (await OrderAsync(path + ".ctl", cancel)).Any(one => one.GetProperty("release").GetString() == release),
            () => string.Join('\n', pool.Process.Lines), cancel);
    }

    private static async Task<JsonElement[]> OrderAsync(string control, CancellationToken cancel)
        => [.. (await RawPeer.OrderAsync(control, "history", null, cancel)).GetProperty("history").EnumerateArray()];

    private static async Task<string[]> ReleasesAsync(PoolProcess pool, CancellationToken cancel)
        => [.. (await OrderAsync(pool.Control, cancel)).Select(one => one.GetProperty("release").GetString()!)];
}
