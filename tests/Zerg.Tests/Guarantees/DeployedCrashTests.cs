using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>The new release, or the pool, dies at every phase of a deploy; the old one serves, or the new one does.</summary>
internal sealed class DeployedCrashTests : DeployFixture
{
    // Each phase lasts until the test lets it go on.
    private const string App = """

        import time
        DIRECTORY = os.environ["TMPDIR"]
        def wait_for(name):
            while not os.path.exists(os.path.join(DIRECTORY, name)):
                time.sleep(0.02)
        """;

    [TestCase("starting")]
    [TestCase("checking")]
    [TestCase("serving")]
    [CancelAfter(90_000)]
    public async Task The_new_release_dies_while_it_is(string phase, CancellationToken cancel)
    {
        await StageAsync(cancel);
        var crowd = await PremiereAsync(cancel);
        var (deploy, release) = await ReachAsync(phase, cancel);

        // With what they have forked, which would answer once more; and the launcher starts no other worker in between,
        // of which nobody would know.
        _ = Libc.kill(-release.Pid, Signals.SIGSTOP);
        foreach (var process in release.Workers.Append(release.Pid))
            _ = Libc.kill(-process, Signals.SIGKILL);

        // One that served may have been through with it before.
        var exitCode = await deploy.ExitAsync(cancel);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Failed).Or.EqualTo(phase == "serving" ? ExitCodes.Ok : ExitCodes.Failed));
        if (phase == "serving")
        {
            await Stage.StatusAsync(now => now.History[0] is { Outcome: "rolled back", Release: "r0" }, cancel);

            // It would take over from the one that was gone back to.
            await Stage.Pool.ErrorAsync("release 'r1' was replaced meanwhile and is not started again", cancel);
        }

        // Workers that run accept, and what their clients had asked them dies with them.
        if (phase == "starting")
            await crowd.LeaveAsync("r0");
        else
            await crowd.EndAsync();

        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r0"));
    }

    [TestCase("starting")]
    [TestCase("checking")]
    [TestCase("serving")]
    [CancelAfter(90_000)]
    public async Task The_pool_is_killed_while_the_new_release_is(string phase, CancellationToken cancel)
    {
        await StageAsync(cancel);
        var crowd = await PremiereAsync(cancel);
        var (deploy, _) = await ReachAsync(phase, cancel);
        await Stage.KillAsync(cancel);
        await Stage.ComeBackAsync(cancel);
        Open("imported", "checked");
        Assert.That(await deploy.ExitAsync(cancel), Is.Zero, string.Join('\n', deploy.Output.Lines));
        await crowd.SeesAsync("r1", cancel);
        await crowd.LeaveAsync("r0", "r1");
    }

    [TestCase(true)]
    [TestCase(false)]
    [CancelAfter(90_000)]
    public async Task What_the_pool_had_deployed_and_has_left_before_a_kill_is_gone_back_to(
        bool otherHasLeft, CancellationToken cancel)
    {
        await StageAsync("", ["rollback-window: 60s"], cancel);
        Assert.That(await Deploy("--release", "r0").ExitAsync(cancel), Is.Zero);
        Assert.That(await Deploy("--release", "r1").ExitAsync(cancel), Is.Zero);

        // What came to nothing has the same label, and is not what is meant.
        Assert.That(await Deploy("--release", "r0", "--", "/bin/false").ExitAsync(cancel), Is.EqualTo(ExitCodes.Failed));
        if (otherHasLeft)
            await Stage.StatusAsync(status => status.Deployments is [{ Release: "r0", State: "left" }, _, _], cancel);

        // A pool that has it from the one before leaves it to the next one.
        for (var i = 0; i < 2; i++)
        {
            await Stage.KillAsync(cancel);
            await Stage.ComeBackAsync(cancel);
            await Stage.StatusAsync(status => Stage.Accepting(status).Any(one => one.Release == "r1"), cancel);
        }

        Assert.That((await Stage.OrderAsync(["status"], cancel)).Output, Does.Contain("more: it has to start again"));
        Assert.That(await Stage.OrderAsync(["rollback"], cancel), Is.EqualTo((0, "release 'r0' starts again, see zergpool follow", "")));
        Assert.That((await Stage.OrderAsync(["follow", "--release", "r0"], cancel)).ExitCode, Is.Zero);

        // Workers that were told to leave accept until they are gone.
        await Stage.StatusAsync(status => status.Zerglings is [{ Release: "r0" }], cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r0"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(90_000)]
    public async Task The_pool_is_killed_while_the_old_release_starts_again(bool diesToo, CancellationToken cancel)
    {
        await StageAsync(cancel);
        Open("imported", "checked");
        Assert.That(await Deploy("--release", "r0").ExitAsync(cancel), Is.Zero);
        Assert.That(await Deploy("--release", "r1").ExitAsync(cancel), Is.Zero);
        File.Delete(Path.Combine(Stage.Directory, "imported"));
        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).ExitCode, Is.Zero);
        static bool Starts(ZerglingStatus one) => one is { Release: "r0", State: "starting", Workers.Count: > 0 };
        var old = (await Stage.StatusAsync(status => status.Zerglings.Any(Starts), cancel)).Zerglings.Single(Starts);
        await Stage.KillAsync(cancel);
        if (diesToo)
        {
            foreach (var process in old.Workers.Append(old.Pid))
                _ = Libc.kill(process, Signals.SIGKILL);
        }

        await Stage.ComeBackAsync(cancel);
        Assert.That((await Stage.StatusAsync(cancel)).GoesBack.Single().Release, Is.EqualTo("r0"));
        Open("imported");
        var status = await Stage.StatusAsync(now => now.History[0] is { Outcome: "rolled back", Release: "r0" }, cancel);
        Assert.That(status.History[0].Reason, Is.EqualTo("rollback was asked for"));
        await Stage.StatusAsync(now => now.Zerglings is [{ Release: "r0" }], cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r0"));
    }

    [Test, CancelAfter(90_000)]
    public async Task Who_was_started_by_somebody_else_and_has_left_before_a_kill_is_not_said_to_come_back(CancellationToken cancel)
    {
        await StageAsync("", ["rollback-window: 60s"], cancel);
        var other = Stage.Launch("r0", "--ready http:/", "gunicorn", "-w", "1", "app:app");
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);
        Assert.That(await Deploy("--release", "r1").ExitAsync(cancel), Is.Zero);
        Assert.That(await other.ExitAsync(cancel), Is.Zero);
        Assert.That((await Stage.StatusAsync(cancel)).Rollback.Single().WhyNot, Is.Null);
        await Stage.KillAsync(cancel);
        await Stage.ComeBackAsync(cancel);

        const string Why = "nobody of it waits, and whoever started it has to start it again";
        await Stage.StatusAsync(status => status.Rollback.Single().WhyNot == Why, cancel);
        Assert.That((await Stage.OrderAsync(["status"], cancel)).Output, Does.Contain($"\nrollback to release 'r0' not possible: {Why}\n"));
        var (exitCode, _, error) = await Stage.OrderAsync(["rollback"], cancel);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Failed));
        Assert.That(error, Does.Contain($"cannot go back to release 'r0': {Why}"));
    }

    [Test, CancelAfter(90_000)]
    public async Task One_that_is_ready_and_dies_seconds_later_is_gone_back_from(CancellationToken cancel)
    {
        await OpenAsync(cancel, "--rollback-window", "60s");
        await Stage.PremiereAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel, ("HELLO_DIES", "8000"));
        await Stage.StatusAsync(status => status.Zerglings.Any(one => one is { Release: "r0", State: "standby" }), cancel);
        var status = await Stage.StatusAsync(status => status.History[0].Outcome == "rolled back", cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("r0"));
        Assert.That(status.History[0].Reason, Is.EqualTo("nobody of release 'r1' serves any more"));
    }

    // A phase lasts for as long as the test does not open the way out of it.
    private async Task<(ChildProcess Deploy, ZerglingStatus Release)> ReachAsync(string phase, CancellationToken cancel)
    {
        if (phase is "checking" or "serving")
            Open("imported");
        if (phase == "serving")
            Open("checked");
        var deploy = Deploy("--release", "r1");
        bool IsThere(ZerglingStatus one) => one is { Release: "r1", Workers.Count: > 0 }
            && one.State == (phase == "serving" ? "accepting" : phase);
        var status = await Stage.StatusAsync(status => status.Zerglings.Any(IsThere), cancel);
        return (deploy, status.Zerglings.Single(IsThere));
    }

    private async Task<Crowd> PremiereAsync(CancellationToken cancel)
    {
        Open("imported", "checked");
        Assert.That(await Deploy("--release", "r0").ExitAsync(cancel), Is.Zero);
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });
        await crowd.SeesAsync("r0", cancel);
        foreach (var name in (string[])["imported", "checked"])
            File.Delete(Path.Combine(Stage.Directory, name));
        return crowd;
    }

    private void Open(params string[] names)
    {
        foreach (var name in names)
            Stage.Write(name, "");
    }

    private Task StageAsync(CancellationToken cancel) => StageAsync(
        App + "\nwait_for(\"imported\")\n",
        ["rollback-window: 60s", "check-command: sh -c 'until test -e DIR/checked; do sleep 0.05; done'"], cancel);
}
