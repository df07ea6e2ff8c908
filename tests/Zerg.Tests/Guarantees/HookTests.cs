using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>Commands of the administrator's, at each moment and of no consequence.</summary>
internal sealed class HookTests : GuaranteeFixture
{
    private const string Tell = """
        #!/bin/sh
        echo "$ZERG_HOOK $ZERG_ID $ZERG_RELEASE $ZERG_GENERATION from:$ZERG_FROM ${ZERG_REASON:--}" >> "$(dirname "$0")/told"
        """;

    [Test, CancelAfter(60_000)]
    public async Task At_each_moment_with_what_there_is_to_know(CancellationToken cancel)
    {
        await StageAsync(Tell, cancel);
        await Stage.PremiereAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel);
        await Stage.Hello("bad", ("HELLO_FAIL", "warmup")).ExitAsync(cancel);
        await Stage.StatusAsync(status => status.Zerglings.Count == 2, cancel);
        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).ExitCode, Is.Zero);
        Assert.That(await Stage.Cast("r1").ExitAsync(cancel), Is.Zero);

        // Nobody waits for them, and several run at once: which one writes last is open.
        await ToldAsync(
            [
                "attached 1 r0 0 from: -", "ready 1 r0 0 from: -", "attached 2 r1 0 from: -", "ready 2 r1 0 from: -",
                "handover 2 r1 2 from:1 -", "attached 3 bad 0 from: -",
                "failed 3 bad 0 from: warm-up of '/': the app answered 500",
                "rolled-back 1 r0 3 from:2 rollback was asked for",
            ],
            "drained 2 r1 2 from: ", cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task One_that_fails_hangs_or_is_not_there_changes_nothing(CancellationToken cancel)
    {
        await StageAsync("#!/bin/sh\ncase $ZERG_HOOK in attached) exit 3;; ready) exec sleep 60;; esac\n", cancel, "--hook-timeout", "6s");
        await Stage.PremiereAsync("r0", cancel);
        await Stage.Pool.ErrorAsync("hook-attached for release 'r0' ended with exit status 3, ignoring", cancel);
        await Stage.Pool.ErrorAsync("hook-ready for release 'r0' was not through in time (hook-timeout), ignoring", cancel);
        File.Delete(Path.Combine(Stage.Directory, "hook"));
        await Stage.RollOutAsync("r1", cancel);
        await Stage.Pool.ErrorAsync("hook-handover for release 'r1' ended with exit status 127, ignoring", cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("r1"));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_upgrade_meanwhile_leaves_no_zombie(CancellationToken cancel)
    {
        await StageAsync("#!/bin/sh\necho x >> \"$0.begun\"; while [ ! -e \"$0.go\" ]; do sleep 0.05; done\n", cancel);
        await Stage.PremiereAsync("r0", cancel);
        // It attached, is ready, and serves.
        await Poll.UntilAsync(() => Children().Count == 3, () => string.Join(' ', Children()), cancel);
        Assert.That((await Stage.OrderAsync(["upgrade"], cancel)).ExitCode, Is.Zero);
        Assert.That(Children(), Has.Count.EqualTo(3));
        File.WriteAllText(Path.Combine(Stage.Directory, "hook.go"), "");
        await Poll.UntilAsync(() => Children().Count == 0, () => string.Join(' ', Children()), cancel);
    }

    private List<int> Children()
        => [.. ProcessTable.All().Where(pid => ProcessTable.Parent(pid) == Stage.Pool.Pid)];

    private Task StageAsync(string script, CancellationToken cancel, params string[] options) => OpenAsync(
        directory =>
        {
            var hook = Path.Combine(directory, "hook");
            File.WriteAllText(hook, script);
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new PoolStart();
        },
        cancel,
        [
            "--rollback-window", "60s", .. options,
            .. new[] { "attached", "ready", "handover", "drained", "failed", "rolled-back" }
                .SelectMany(moment => new[] { $"--hook-{moment}", "DIR/hook" }),
        ]);

    // Waits until all of these were told, and one that begins so.
    private Task ToldAsync(string[] all, string beginning, CancellationToken cancel)
    {
        var told = Path.Combine(Stage.Directory, "told");
        string[] lines = [];
        return Poll.UntilAsync(
            () => File.Exists(told) && all.Except(lines = File.ReadAllLines(told)).FirstOrDefault() is null
                && lines.Any(line => line.StartsWith(beginning, StringComparison.Ordinal)),
            () => string.Join('\n', lines), cancel);
    }
}
