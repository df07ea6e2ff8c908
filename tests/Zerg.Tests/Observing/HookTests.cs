using Zerg.Posix;
using Zerg.Tests.Harness;
using Zerg.Tests.Upgrading;

namespace Zerg.Tests.Observing;

/// <summary>Commands that hear of what happened, and change nothing.</summary>
[Parallelizable]
internal sealed class HookTests
{
    private static readonly string[] s_hooks = ["attached", "ready", "handover", "drained", "failed", "rolled-back"];

    private TemporaryDirectory _directory = null!;

    [SetUp]
    public void SetUp()
    {
        _directory = new TemporaryDirectory();

        // With one write: several run at once, and each line is to stay whole.
        Script("tell", """
            printf '%s|%s|%s|%s|%s|%s|%s|%s|%s %s\n' "$ZERG_HOOK" "$ZERG_ID" "$ZERG_PID" "$ZERG_RELEASE" "$ZERG_GENERATION" \
                "$ZERG_REASON" "$ZERG_FROM" "$*" "${ZERG_SECONDS:+took}" "$ZERG_POOL" >> "$OUT"
            """);

        // Says that it is there, and waits until it may end.
        Script("wait", """
            echo $$ >> "$OUT"
            while [ ! -e "$OUT.go" ]; do sleep 0.05; done
            """);
    }

    [TearDown]
    public void TearDown() => _directory.Dispose();

    [Test, CancelAfter(60_000)]
    public async Task Each_is_told_who_it_is_about(CancellationToken cancel)
    {
        await using var pool = await StartAsync(
            cancel, ["--rollback-window", "1m", .. s_hooks.SelectMany(hook => (string[])[$"--hook-{hook}", "tell 'two words' x"])]);
        await using var one = await pool.ServeAsync(cancel, "v1");
        await using (var bad = await pool.AttachAsync(cancel, "v2"))
            await bad.FailedAsync("it broke", ["last words"], cancel);
        await using var two = await pool.AttachAsync(cancel, "v3");
        await two.ReadyAsync(cancel);
        await two.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        await pool.StateAsync(two.Session, "accepting", cancel);
        await one.ReportAsync(new ZergReport(ZerglingState.Paused), cancel);
        await pool.StateAsync(one.Session, "standby", cancel);
        await Poll.UntilAsync(() => Told().Any(line => line.StartsWith("handover|")), () => string.Join('\n', Told()), cancel);
        var back = RawPeer.OrderAsync(pool.Control, "rollback", null, cancel);
        await Poll.UntilAsync(() => pool.Process.Count("going back to") > 0, () => string.Join('\n', pool.Process.Lines), cancel);
        await one.ReportAsync(new ZergReport(ZerglingState.Accepting), cancel);
        Assert.That((await back).GetProperty("exitCode").GetInt32(), Is.Zero);
        await two.ReportAsync(new ZergReport(ZerglingState.Draining), cancel);
        await pool.StateAsync(two.Session, "draining", cancel);
        await two.DisposeAsync();

        var me = Environment.ProcessId;
        string[] expected =
        [
            $"attached|1|{me}|v1|0|||two words x| {pool.Path}",
            $"ready|1|{me}|v1|0|||two words x|took {pool.Path}",
            $"failed|2|{me}|v2|0|it broke||two words x|took {pool.Path}",
            $"ready|3|{me}|v3|0|||two words x|took {pool.Path}",
            $"handover|3|{me}|v3|2||1|two words x|took {pool.Path}",
            $"rolled-back|1|{me}|v1|3|rollback was asked for|3|two words x|took {pool.Path}",
        ];

        // None is left that writes while the directory is removed.
        await Poll.UntilAsync(
            () => !expected.Except(Told()).Any() && Told().Any(line => line.StartsWith($"drained|3|{me}|v3|2|"))
                && Children(pool.Pid).Length == 0,
            () => string.Join('\n', Told()), cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task One_that_fails_or_hangs_is_a_line_in_the_log(CancellationToken cancel)
    {
        Script("hang", "echo $$ >> \"$OUT\"; sleep 1000 & echo $! >> \"$OUT\"; wait");
        await using var pool = await StartAsync(
            cancel, ["--hook-attached", "sh -c 'echo said; exit 3'", "--hook-ready", "hang", "--hook-timeout", "5", "--hook-failed", "nowhere"]);
        await using var one = await pool.ServeAsync(cancel, "v1");
        await pool.WaitForLineAsync("said", cancel);
        await pool.WaitForLineAsync("hook-attached for release 'v1' ended with exit status 3, ignoring", cancel);
        await pool.WaitForLineAsync("hook-ready for release 'v1' was not through in time (hook-timeout), ignoring", cancel);
        await Poll.UntilAsync(() => !Told().Any(pid => ProcFiles.IsAlive(int.Parse(pid))), () => string.Join('\n', Told()), cancel);
        Assert.That(Told(), Has.Length.EqualTo(2));
        await using var two = await pool.AttachAsync(cancel, "v2");
        await two.FailedAsync("it broke", [], cancel);
        await pool.WaitForLineAsync("hook-failed for release 'v2' ended with exit status 127, ignoring", cancel);

        // It began before, and runs beside that one.
        await pool.WaitForLineAsync("hook-attached for release 'v2' ended with exit status 3, ignoring", cancel);
        Assert.That(await pool.StateOfAsync(one.Session, cancel), Is.EqualTo("accepting"));
        Assert.That(Children(pool.Pid), Is.Empty);
    }

    [Test, CancelAfter(90_000)]
    public async Task Four_run_sixty_four_wait_and_the_rest_is_dropped(CancellationToken cancel)
    {
        await using var pool = await StartAsync(cancel, ["--hook-attached", "wait"]);
        for (var number = 0; number < 70; number++)
        {
            await using var client = await pool.AttachAsync(cancel, $"v{number}");
        }

        await pool.LinesAsync("is dropped: too many wait", 2, cancel);
        await Poll.UntilAsync(() => Told().Length == 4, () => string.Join('\n', Told()), cancel);
        Assert.That(Children(pool.Pid), Has.Length.EqualTo(4));
        File.WriteAllText(_directory.File("out.go"), "");
        await Poll.UntilAsync(
            () => Told().Length == 68 && Children(pool.Pid).Length == 0, () => string.Join('\n', Told()), cancel);
        Assert.That(pool.Process.Count("is dropped"), Is.EqualTo(2));
    }

    [Test, CancelAfter(90_000)]
    public async Task They_go_on_through_an_upgrade_and_no_zombie_stays(CancellationToken cancel)
    {
        await using var pool = await StartAsync(cancel, ["--hook-attached", "wait", "--hook-ready", "sh -c 'wait; exit 4'"]);
        var clients = new List<ZergClient>();
        for (var number = 0; number < 6; number++)
            clients.Add(await pool.AttachAsync(cancel, $"v{number}"));
        await Poll.UntilAsync(() => Told().Length == 4, () => string.Join('\n', Told()), cancel);
        await pool.UpgradedAsync(cancel);
        Assert.That(Children(pool.Pid), Is.SupersetOf(Told()));
        File.WriteAllText(_directory.File("out.go"), "");
        await Poll.UntilAsync(
            () => Told().Length == 6 && Children(pool.Pid).Length == 0, () => string.Join('\n', Children(pool.Pid)), cancel);
        await clients[0].ReadyAsync(cancel);
        await pool.WaitForLineAsync("hook-ready for release 'v0' ended with exit status 4", cancel);
        clients.ForEach(client => client.DisposeAsync().AsTask().Wait(cancel));
    }

    // A program that says so, though it could.
    [Test, CancelAfter(90_000)]
    public async Task They_are_ended_before_a_program_that_cannot_read_of_them(CancellationToken cancel)
    {
        Script("next", $"""
            case $1 in
                upgrade-check) dotnet {PoolProcess.Program} "$@" | sed 's/ reads 1$/ reads 99/' ;;
                *) exec dotnet {PoolProcess.Program} "$@" ;;
            esac
            """);
        await using var pool = await StartAsync(cancel, ["--hook-attached", "wait"]);
        await using var client = await pool.AttachAsync(cancel);
        await Poll.UntilAsync(() => Told().Length == 1, () => string.Join('\n', Told()), cancel);
        await pool.UpgradedAsync(cancel, _directory.File("next"));
        await pool.WaitForLineAsync("hook-attached for release 'v1' is ended: the next program knows nothing of it", cancel);
        Assert.That(Children(pool.Pid), Is.Empty);
    }

    [Test, CancelAfter(90_000)]
    public async Task A_reload_changes_them_at_once(CancellationToken cancel)
    {
        var file = _directory.Write("site.yml", Configuration("tell first"));
        await using var pool = await PoolProcess.StartInAsync(_directory.Path, [file], Variables, cancel);
        await using var one = await pool.AttachAsync(cancel);
        await Poll.UntilAsync(() => Told().Any(line => line.Contains("|first|")), () => string.Join('\n', Told()), cancel);
        File.WriteAllText(file, Configuration("tell second"));
        Assert.That((await RawPeer.OrderAsync(pool.Control, "reload", null, cancel)).GetProperty("exitCode").GetInt32(), Is.Zero);
        await using var two = await pool.AttachAsync(cancel);
        await Poll.UntilAsync(() => Told().Any(line => line.Contains("|second|")), () => string.Join('\n', Told()), cancel);

        string Configuration(string hook)
            => $"zerg:\n  zerg-pool: {_directory.File("pool.sock")}:127.0.0.1:0\n  hook-attached: {hook}\n";
    }

    private Dictionary<string, string> Variables => new()
    {
        ["OUT"] = _directory.File("out"),
        ["PATH"] = $"{_directory.Path}:{Environment.GetEnvironmentVariable("PATH")}",
    };

    private Task<PoolProcess> StartAsync(CancellationToken cancel, params string[] options) => PoolProcess.StartInAsync(
        _directory.Path, ["--zerg-pool", "DIR/pool.sock:127.0.0.1:0", .. options], Variables, cancel);

    private void Script(string name, string text) => Executable.Write(_directory.File(name), $"#!/bin/sh\n{text}\n");

    private string[] Told()
        => File.Exists(_directory.File("out")) ? File.ReadAllLines(_directory.File("out")) : [];

    // Zombies too. Not by its threads, which come and go.
    private static string[] Children(int pid)
        => [.. ProcFiles.All().Where(one => ProcessTable.Parent(one) == pid).Select(one => $"{one}")];
}
