using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>Everything that peers can make the pool keep has a bound, and running out of descriptors passes.</summary>
internal sealed class LimitsTests
{
    private const int Nobody = 65534;

    [Test]
    [CancelAfter(60_000)]
    public async Task The_status_says_how_much_there_is_and_may_be(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartInAsync(
            null, [.. Socket(), "--max-sessions", "2", "--max-history", "7", "--handshake-timeout", "1m"], null, cancel);
        await using var one = await pool.ServeAsync(cancel);
        using var silent = await RawPeer.GreetedAsync(pool.Path, cancel);
        var limits = await LimitsAsync(pool, cancel);
        Assert.That(limits["sessions"], Is.EqualTo((1L, 2L, "max-sessions")));
        Assert.That(limits["handshakes"], Is.EqualTo((1L, 32L, "max-handshakes")));
        Assert.That(limits["history"], Is.EqualTo((1L, 7L, "max-history")));
        Assert.That(limits["bytes of a frame"], Is.EqualTo(((long?)null, 65536L, (string?)null)));

        // What was answered is let go of a moment later.
        await PoolProcess.UntilAsync(
            async () => (await LimitsAsync(pool, cancel))["descriptors"].Used
                - Directory.GetFileSystemEntries($"/proc/{pool.Pid}/fd").Length is >= -2 and <= 2,
            cancel);

        await using var two = await pool.ServeAsync(cancel);
        var third = await Assert.ThrowsAsync<ZergException>(() => pool.AttachAsync(cancel));
        Assert.That(third!.ExitCode, Is.EqualTo(ExitCodes.TryAgain));
        Assert.That(third.Message, Is.EqualTo("the pool has 2 sessions, its limit (max-sessions)"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_reload_moves_them_for_whoever_comes_next(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("pool.yml", "zerg:\n  zerg-pool: DIR/pool.sock:127.0.0.1:0\n  max-sessions: 1\n");
        File.WriteAllText(file, File.ReadAllText(file).Replace("DIR", directory.Path));
        await using var pool = await PoolProcess.StartInAsync(directory.Path, [file], null, cancel);
        await using var one = await pool.ServeAsync(cancel);
        await Assert.ThrowsAsync<ZergException>(() => pool.AttachAsync(cancel));
        File.WriteAllText(file, File.ReadAllText(file).Replace("max-sessions: 1", "max-sessions: 2\n  handshake-timeout: 100ms"));
        Assert.That((await RawPeer.OrderAsync(pool.Control, "reload", "", cancel)).GetProperty("exitCode").GetInt32(), Is.Zero);
        await using var two = await pool.AttachAsync(cancel);
        using var silent = await RawPeer.GreetedAsync(pool.Path, cancel);
        await pool.WaitForLineAsync("silent for too long", cancel);
    }

    // A connection takes two: an even and an odd number end at either of them.
    [TestCase(200)]
    [TestCase(201)]
    [CancelAfter(60_000)]
    public async Task Out_of_descriptors_it_waits_and_goes_on_when_there_are_some(int most, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartInAsync(
            null, [.. Socket(), "--max-handshakes", "1000", "--handshake-timeout", "1m", "--metrics", "127.0.0.1:0"], null,
            cancel, prefix: ["prlimit", $"--nofile={most}"]);
        var metrics = new Uri((await pool.WaitForLineAsync("metrics at http://", cancel)).Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal)));
        await using var good = await pool.ServeAsync(cancel, name: "good");
        var few = PoolProcess.Descriptors(pool.Pid);
        var crowd = new List<Socket>();
        try
        {
            // Each that is accepted costs a descriptor or two, until some are left for the pool itself.
            for (var number = 0; number < 120; number++)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                crowd.Add(socket);
                await socket.ConnectAsync(UnixAddress.EndPoint(pool.Path), cancel);
            }

            await PoolProcess.UntilAsync(
                () => Directory.GetFileSystemEntries($"/proc/{pool.Pid}/fd").Length >= most - 40, cancel);

            // First, so that what it takes to come to that point, and to compile what comes then, is not counted.
            await pool.WaitForLineAsync($"hardly any of {most} descriptors is left", cancel);
            var before = Ticks(pool.Pid);
            using (var second = new PeriodicTimer(TimeSpan.FromSeconds(2)))
                await second.WaitForNextTickAsync(cancel);
            Assert.That(Ticks(pool.Pid) - before, Is.LessThan(40), "hundredths of a second of the processor in two seconds");
            Assert.That(pool.Process.HasExited, Is.False);
        }
        finally
        {
            crowd.ForEach(socket => socket.Dispose());
        }

        // Until it has let go of them it sends whoever comes away.
        await PoolProcess.DescriptorsAsync(pool.Pid, few + 20, cancel);
        await using var next = await pool.ServeAsync(cancel, name: "next");
        Assert.That(await pool.StateOfAsync(good.Session, cancel), Is.EqualTo("accepting"));
        Assert.That(await pool.StateOfAsync(next.Session, cancel), Is.EqualTo("accepting"));
        Assert.That(pool.Process.Count("should not"), Is.Zero);
        using var client = new HttpClient();
        Assert.That(
            await client.GetStringAsync(metrics, cancel), Does.Match("zergpool_refusals_total\\{reason=\"descriptors\"\\} [1-9]"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Not_in_a_directory_where_everybody_may_replace_it(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_111_111);
        await using var pool = PoolProcess.Launch(directory.Path, Socket());
        Proof.Refused(await pool.Process.ExitAsync(cancel), Is.EqualTo(ExitCodes.NotPermitted));
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(pool.Process.Lines[^1], Does.Contain($"everybody may replace files in '{directory.Path}'"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Nor_below_one(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_111_111);
        var inner = Directory.CreateDirectory(directory.File("in")).FullName;
        await using var pool = PoolProcess.Launch(inner, Socket());
        Proof.Refused(await pool.Process.ExitAsync(cancel), Is.EqualTo(ExitCodes.NotPermitted));
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(pool.Process.Lines[^1], Does.Contain($"everybody may replace files in '{directory.Path}'"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Not_where_a_symbolic_link_is(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        File.CreateSymbolicLink(directory.File("pool.sock"), directory.File("elsewhere"));
        await using var pool = PoolProcess.Launch(directory.Path, Socket());
        Proof.Refused(await pool.Process.ExitAsync(cancel), Is.EqualTo(ExitCodes.NotPermitted));
        await pool.Process.OutputEndAsync(cancel);
        Assert.That(pool.Process.Lines[^1], Does.EndWith("pool.sock: a symbolic link is there"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Whoever_replaces_its_path_is_named_and_nobody_follows_the_link_of_another_user(CancellationToken cancel)
    {
        Assume.That(Environment.UserName, Is.EqualTo("root"), "needs to make a file of another user");
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var good = await pool.ServeAsync(cancel);
        File.Move(pool.Path, pool.Path + ".aside");
        File.CreateSymbolicLink(pool.Path, pool.Path + ".aside");
        Assert.That(Syscall.lchown(pool.Path, Nobody, Nobody), Is.Zero);
        var led = await Assert.ThrowsAsync<ZergException>(() => pool.AttachAsync(cancel));
        Proof.Refused(led!.ExitCode, Is.EqualTo(ExitCodes.NotPermitted));
        Assert.That(led.Message, Does.EndWith($"a symbolic link of uid {Nobody} is there, who is neither root nor this user"));
        await pool.WaitForLineAsync($"a symbolic link of uid {Nobody} gid {Nobody} is there", cancel);
        Assert.That(await pool.StateOfAsync(good.Session, cancel), Is.EqualTo("accepting"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Who_lies_about_its_past_or_its_workers_is_not_believed(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var good = await pool.ServeAsync(cancel, name: "good");
        using (var liar = await RawPeer.GreetedAsync(pool.Path, cancel))
        {
            await liar.SendAsync(
                """{"type":"hello","protocol":1,"role":"app","release":"v1","mode":"auto","generation":7,"state":"accepting"}""",
                cancel);
            var line = await pool.WaitForLineAsync("it says that it serves generation 7, and this pool has come to 1", cancel);
            Assert.That(line, Does.Contain($"pid {Environment.ProcessId} uid 0 gid 0"));
        }

        // Neither init nor itself is a worker of it, and nobody takes the place of another by its number.
        using var other = await RawPeer.GreetedAsync(pool.Path, cancel);
        await other.SendAsync(
            $$"""{"type":"hello","protocol":1,"role":"launcher","release":"v1","mode":"auto","session":{{good.Session}}}""", cancel);
        await other.SendAsync($$"""{"type":"state","state":"starting","workers":[1,{{Environment.ProcessId}}]}""", cancel);
        await pool.StateAsync(good.Session + 1, "starting", cancel);
        var zerglings = await pool.ZerglingsAsync(cancel);
        Proof.Refused(zerglings[1].GetProperty("workers").GetArrayLength(), Is.Zero);
        Assert.That(await pool.StateOfAsync(good.Session, cancel), Is.EqualTo("accepting"));
    }

    private static string[] Socket() => ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0"];

    private static async Task<Dictionary<string, (long? Used, long Most, string? Option)>> LimitsAsync(
        PoolProcess pool, CancellationToken cancel)
        => (await pool.StatusAsync(cancel)).GetProperty("limits").EnumerateArray().ToDictionary(
            limit => limit.GetProperty("name").GetString()!,
            limit => (
                limit.GetProperty("used") is { ValueKind: JsonValueKind.Number } used ? used.GetInt64() : (long?)null,
                limit.GetProperty("most").GetInt64(),
                limit.TryGetProperty("option", out var option) ? option.GetString() : null));

    // utime and stime, proc_pid_stat(5), in hundredths of a second.
    private static long Ticks(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }
}
