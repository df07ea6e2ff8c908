using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

/// <summary>The live view in a real terminal, of a real pool.</summary>
[Parallelizable]
internal sealed class TopTests
{
    private const string Help = "j/k select  p pause  r resume  d drain  b rollback  q quit";

    [SetUp]
    public void SetUp() => Peers.Require("tmux");

    [Test, CancelAfter(90_000)]
    public async Task It_shows_the_pool_at_any_size_and_gives_the_terminal_back(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var one = await pool.ServeAsync(cancel, "v1");
        await one.ReportAsync(new ZergReport(ZerglingState.Accepting, 5, 2), cancel);
        await using var terminal = await StartAsync(pool, 80, 24, cancel);

        // The last line too: a screen comes to the terminal in pieces.
        await terminal.UntilAsync(
            screen => screen.Contains("1 zergling, 5 connections, 2 requests in flight, memory ", StringComparison.Ordinal)
                && screen.Split('\n')[^1] == Help,
            cancel);

        var lines = terminal.Screen.Split('\n');
        Assert.That(lines, Has.Length.EqualTo(24));
        Assert.That(lines[0], Does.Match($"^zergpool 0.1.0  pid {pool.Pid}  up \\S+  generation 1  {pool.Path[..10]}"));
        Assert.That(lines[3], Does.Match("^  SOCKET +QUEUED  LIMIT  FULL  STATE  PROTOCOL  ADDRESS$"));
        Assert.That(lines[4], Does.Match(@"^  any-\d+ +0 +\d+ +0%  held "));
        Assert.That(lines[6], Does.Match("^  ID  .*RELEASE  STATE +GEN  AGE  WORK  CONN  REQ +MEM +CPU%"));
        Assert.That(lines[7], Does.Match(@"^>  1  .*v1 +accepting +1 +\S+ +- +5 +2 +[\d.]+[KMG] +\d+\.\d"));
        Assert.That(lines[23], Is.EqualTo(Help));
        Assert.That(await terminal.AskAsync("alternate_on", cancel), Is.EqualTo("1"));
        Assert.That(await terminal.AskAsync("cursor_flag", cancel), Is.EqualTo("0"));
        Assert.That(await terminal.ColoursAsync(cancel), Does.Contain(";7m").Or.Contain("\e[7m"));

        foreach (var (width, height) in ((int, int)[])[(40, 10), (120, 30), (80, 24)])
        {
            await terminal.ResizeAsync(width, height, cancel);
            await terminal.UntilAsync(
                screen => screen.Split('\n') is { } rows && rows.Length == height
                    && rows[^1] == Help[..Math.Min(Help.Length, width - 1)] + (width < Help.Length ? "~" : "")
                    && rows[0].StartsWith("zergpool ", StringComparison.Ordinal)
                    && screen.Contains("  MEM", StringComparison.Ordinal) == width >= 80
                    && screen.Contains("  NAME", StringComparison.Ordinal) == width > 80,
                cancel);
        }

        await terminal.KeysAsync(cancel, "q");
        await EndedAsync(terminal, 0, cancel);
    }

    [TestCase("C-c", 0, 0)]
    [TestCase("", Signals.SIGINT, 0)]
    [TestCase("", Signals.SIGTERM, 128 + Signals.SIGTERM)]
    [CancelAfter(60_000)]
    public async Task However_it_ends_it_gives_the_terminal_back(
        string key, int signal, int exitCode, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var terminal = await StartAsync(pool, 80, 24, cancel);
        await terminal.UntilAsync("nobody is attached", cancel);
        if (signal == 0)
            await terminal.KeysAsync(cancel, key);
        else
            await terminal.SignalAsync(signal, cancel);
        await EndedAsync(terminal, exitCode, cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task A_key_that_is_confirmed_is_an_order_and_one_that_is_not_is_none(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var one = await pool.ServeAsync(cancel, "v1", "first");
        await using var two = await pool.ServeAsync(cancel, "v1", "second");
        await using var terminal = await StartAsync(pool, 80, 24, cancel);
        await terminal.UntilAsync(">  1", cancel);
        await terminal.KeysAsync(cancel, "Down");
        await terminal.UntilAsync(">  2", cancel);
        await terminal.KeysAsync(cancel, "p");
        await terminal.UntilAsync("\npause 2 (release v1)? y/n", cancel);
        Assert.That(await pool.StateOfAsync(2, cancel), Is.EqualTo("accepting"));
        await terminal.KeysAsync(cancel, "y");
        await two.OrdersAsync(cancel).OfType<ZergOrder.Pause>().FirstAsync(cancel);
        await two.ReportAsync(new ZergReport(ZerglingState.Paused), cancel);
        await terminal.UntilAsync("\npause 2 (release v1): zergling 2 (second, pid ", cancel);
        await terminal.UntilAsync(screen => Row(screen, 2).Contains(" paused ", StringComparison.Ordinal), cancel);
        Assert.That(await pool.StateOfAsync(2, cancel), Is.EqualTo("paused"));

        await terminal.KeysAsync(cancel, "k", "d");
        await terminal.UntilAsync("\ndrain 1 (release v1)? y/n", cancel);
        await terminal.KeysAsync(cancel, "n");
        await terminal.UntilAsync("\ndrain 1 (release v1): not done", cancel);
        Assert.That(await pool.StateOfAsync(1, cancel), Is.EqualTo("accepting"));
        Assert.That(pool.Process.Count("drain"), Is.Zero);

        await terminal.KeysAsync(cancel, "b", "y");
        await terminal.UntilAsync("\nrollback: no release waits to be gone back to (rollback-window)", cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task A_hand_over_is_followed_and_a_key_goes_back(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel, "--rollback-window", "1m");
        await using var one = await pool.ServeAsync(cancel, "v1");
        await using var terminal = await StartAsync(pool, 80, 24, cancel);
        await using var two = await pool.AttachAsync(cancel, "v2");
        await terminal.UntilAsync(@"hand-over to 2 (release v2)", cancel);
        await terminal.UntilAsync(screen => screen.Contains("  attached -> [ready ", StringComparison.Ordinal)
            && screen.Contains("\nzergling 2 starts ", StringComparison.Ordinal), cancel);
        await two.ReadyAsync(cancel);
        await terminal.UntilAsync(" -> [accept ", cancel);
        await two.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        await terminal.UntilAsync(" -> [drain ", cancel);
        await one.ReportAsync(new ZergReport(ZerglingState.Paused), cancel);
        await terminal.UntilAsync("rollback to release v1 possible for ", cancel);
        await terminal.KeysAsync(cancel, "b");
        await terminal.UntilAsync("\nrollback to release v1? y/n", cancel);
        await terminal.KeysAsync(cancel, "y");
        await one.OrdersAsync(cancel).OfType<ZergOrder.Resume>().Skip(1).FirstAsync(cancel);
        await one.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        await terminal.UntilAsync("\nrollback to release v1: release 'v1' serves again, release 'v2' drains", cancel);
        await two.ReportAsync(new ZergReport(ZerglingState.Draining, 3, 1), cancel);
        await terminal.UntilAsync(screen => screen.Contains("-> [gone ", StringComparison.Ordinal)
            && screen.Contains("\nzergling 2 drains ", StringComparison.Ordinal)
            && screen.Contains(": 1 request in flight, 3 connections", StringComparison.Ordinal), cancel);
        await two.DisposeAsync();
        await terminal.UntilAsync("-> gone ", cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task It_waits_for_a_pool_that_has_gone_and_goes_on_with_the_next(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        string[] options = ["--zerg-pool", $"{directory.Path}/pool.sock:127.0.0.1:0"];
        await using var first = await PoolProcess.StartInAsync(directory.Path, options, null, cancel);
        await using var terminal = await StartAsync(first, 80, 24, cancel);
        await terminal.UntilAsync($"pid {first.Pid} ", cancel);
        first.Process.Signal(Signum.SIGKILL);
        await first.Process.ExitAsync(cancel);
        await terminal.UntilAsync("\n! no answer for ", cancel);
        await using var second = await PoolProcess.StartInAsync(directory.Path, options, null, cancel);
        await terminal.UntilAsync(screen => screen.Contains($"pid {second.Pid} ", StringComparison.Ordinal)
            && !screen.Contains("no answer", StringComparison.Ordinal), cancel);
        await terminal.KeysAsync(cancel, "q");
        await EndedAsync(terminal, 0, cancel);
    }

    [TestCase("NO_COLOR=1", "--delay=1s")]
    [TestCase("TERM=dumb", "--delay=1s")]
    [TestCase("--unset=NO_COLOR", "--no-color")]
    [CancelAfter(60_000)]
    public async Task Without_colours_the_selection_is_still_seen(
        string environment, string option, CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var one = await pool.ServeAsync(cancel, "v1");
        await using var terminal = await Tmux.StartAsync(80, 24, [.. Command(pool, environment), option], cancel);
        await terminal.UntilAsync("\n>  1 ", cancel);
        Assert.That(await terminal.ColoursAsync(cancel), Does.Not.Contain('\e'));
    }

    [Test, CancelAfter(60_000)]
    public async Task Without_a_terminal_it_is_text(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartAsync(cancel);
        await using var one = await pool.ServeAsync(cancel, "v\u0301[1m");
        var run = await PoolProcess.RunAsync(cancel, "top", "--zerg", pool.Path);
        Assert.That(run.ExitCode, Is.Zero, string.Join('\n', run.Errors));
        Assert.That(
            run.Output[0],
            Does.StartWith($"zergpool 0.1.0  pid {pool.Pid}  up ").And.EndsWith($"generation 1  {pool.Path}"));
        Assert.That(run.Output, Has.Some.Match($@"^   1  {Environment.ProcessId}  app +v\?\[1m +accepting +1 "));
        Assert.That(string.Concat(run.Output), Does.Match("^[ -~]*$"));
        var end = await PoolProcess.RunAsync(cancel, "top", "--once", "--zerg", pool.Path + "x");
        Assert.That(end.ExitCode, Is.EqualTo(ExitCodes.Unavailable));
        Assert.That(
            end.Lines, Has.Count.EqualTo(1).And.All.StartsWith($"zergpool: {pool.Path}x.ctl: no pool answers there: "));
        var usage = await PoolProcess.RunAsync(cancel, "top", "--delay", "1ms", "--zerg", pool.Path);
        Assert.That(usage.ExitCode, Is.EqualTo(ExitCodes.Usage));
        Assert.That(usage.Lines, Is.EqualTo(new[] { "zergpool: --delay: 1ms is too short, expected at least 100ms" }));
    }

    private static string Row(string screen, int id)
        => screen.Split('\n').FirstOrDefault(line => line.TrimStart('>', ' ').StartsWith($"{id}  ", StringComparison.Ordinal))
            ?? "";

    private static Task<Tmux> StartAsync(PoolProcess pool, int width, int height, CancellationToken cancel)
        => Tmux.StartAsync(width, height, [.. Command(pool, "--unset=NO_COLOR"), "--delay", "100ms"], cancel);

    private static string[] Command(PoolProcess pool, string environment)
        => ["env", environment, "dotnet", PoolProcess.Program, "top", "--zerg", pool.Path];

    private static async Task EndedAsync(Tmux terminal, int exitCode, CancellationToken cancel)
    {
        await terminal.UntilAsync(
            screen => screen.StartsWith($"exit status {exitCode}\n", StringComparison.Ordinal), cancel);
        Assert.That(await terminal.AskAsync("alternate_on", cancel), Is.EqualTo("0"));
        Assert.That(await terminal.AskAsync("cursor_flag", cancel), Is.EqualTo("1"));
        Assert.That(await terminal.AskAsync("wrap_flag", cancel), Is.EqualTo("1"));
        await Poll.UntilAsync(() => terminal.IsRestored, () => "other modes than before", cancel);
    }
}
