using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>Workers of two releases are exchanged one by one, and a canary stops on the way.</summary>
internal sealed class StrategyTests : DeployFixture
{
    private const int Workers = 3;

    private static readonly string[] s_workers = [$"processes: {Workers}"];

    [Test, CancelAfter(90_000)]
    public async Task Rolling_never_holds_two_fleets_and_loses_nothing(CancellationToken cancel)
    {
        await StageAsync("", s_workers, cancel, "--strategy", "rolling");
        var crowd = await PremiereAsync(cancel);
        using var count = new WorkerCount(Stage.Directory);

        // The command looks from time to time: the others start when it has seen that the first one serves.
        var deploy = Deploy(
            "--release", "r1", "--", "/bin/sh", "-c",
            "mkdir first || until test -e go; do sleep 0.05; done; exec gunicorn -w 1 app:app");
        await deploy.OutputAsync($"of {Workers} workers serve", cancel);
        Stage.Write("go", "");
        Assert.That(await deploy.ExitAsync(cancel), Is.Zero, string.Join('\n', deploy.Output.Lines));
        var (least, most) = count.End();
        Assert.That(most, Is.LessThanOrEqualTo(Workers + 1), "workers at a time");
        Assert.That(least, Is.GreaterThanOrEqualTo(Workers), "workers at a time");
        var status = await Stage.StatusAsync(cancel);
        Assert.That(status.Zerglings.Select(one => (one.Release, one.Generation, one.Workers.Count)), Is.EqualTo(
            [("r1", 2, Workers)]));
        await crowd.SeesAsync("r1", cancel);
        await crowd.LeaveAsync("r0", "r1");
    }

    [Test, CancelAfter(90_000)]
    public async Task A_canary_bakes_and_the_rest_follows(CancellationToken cancel)
    {
        // Long enough for the status to be asked for meanwhile.
        await StageAsync("", s_workers, cancel, "--strategy", "canary", "--canary", "1/3", "--bake", "10s");
        var crowd = await PremiereAsync(cancel);
        var deploy = DeployAsync(cancel, "--release", "r1");
        var status = await BakingAsync(cancel);
        Assert.That(status.Zerglings.Select(one => one.State), Is.All.EqualTo("accepting"));
        Assert.That((await Stage.OrderAsync(["status"], cancel)).Output, Does.Contain("baking, 1 of 3 workers, 2 old ones, "));
        await crowd.SeesAsync("r1", cancel);
        Assert.That((await deploy).Exit, Is.Zero);
        await crowd.LeaveAsync("r0", "r1");
    }

    [Test, CancelAfter(90_000)]
    public async Task A_canary_that_is_called_back_gives_way_again(CancellationToken cancel)
    {
        await StageAsync("", s_workers, cancel, "--strategy", "canary", "--canary", "2/3", "--bake", "60s");
        var crowd = await PremiereAsync(cancel);
        var deploy = DeployAsync(cancel, "--release", "r1");
        await BakingAsync(cancel);
        await crowd.SeesAsync("r1", cancel);
        using var count = new WorkerCount(Stage.Directory);
        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).Output, Does.Contain("release 'r1' gives way again"));
        var (exit, lines, _) = await deploy;
        Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
        Assert.That(lines[^1], Does.EndWith("rollback was asked for"));
        await WholeAgainAsync(cancel);
        Assert.That(count.End().Most, Is.LessThanOrEqualTo(Workers + 1));
        await crowd.LeaveAsync("r0", "r1");
    }

    [Test, CancelAfter(90_000)]
    public async Task A_canary_that_nobody_can_judge_fails_when_it_is_to(CancellationToken cancel)
    {
        await StageAsync("", s_workers, cancel, "--strategy", "canary", "--canary", "10%", "--bake", "100ms", "--canary-empty", "fail");
        var crowd = await PremiereAsync(cancel);
        var (exit, lines, _) = await DeployAsync(cancel, "--release", "r1");
        Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
        Assert.That(lines[^1], Does.Contain("canary-empty"));
        await WholeAgainAsync(cancel);
        await crowd.LeaveAsync(null);
    }

    [Test, CancelAfter(90_000)]
    public async Task The_death_of_the_launcher_of_a_canary_has_the_old_one_whole_again(CancellationToken cancel)
    {
        await StageAsync("", s_workers, cancel, "--strategy", "canary", "--canary", "2/3", "--bake", "60s");
        var crowd = await PremiereAsync(cancel);
        var deploy = DeployAsync(cancel, "--release", "r1");
        var status = await BakingAsync(cancel);
        await crowd.SeesAsync("r1", cancel);
        _ = Libc.kill(status.Zerglings.Single(one => one.Release == "r1").Pid, Signals.SIGKILL);
        Assert.That((await deploy).Exit, Is.EqualTo(ExitCodes.Failed));
        await WholeAgainAsync(cancel);
        await crowd.LeaveAsync("r0", "r1");
    }

    [Test, CancelAfter(90_000)]
    public async Task Workers_that_do_not_start_stop_a_rolling_deploy(CancellationToken cancel)
    {
        // The first one comes up, and no other one does.
        await StageAsync("", s_workers, cancel, "--strategy", "rolling", "--max-crashes", "1");
        var crowd = await PremiereAsync(cancel);
        var (exit, lines, _) = await DeployAsync(
            cancel, "--release", "r1", "--", "/bin/sh", "-c", "mkdir only || exit 7; exec gunicorn -w 1 app:app");
        Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
        Assert.That(lines[^1], Does.Contain("2 workers of release 'r1' died, the last one with: mkdir: "));
        await WholeAgainAsync(cancel);
        await crowd.LeaveAsync(null);
    }

    [TestCase("kill")]
    [TestCase("upgrade")]
    [CancelAfter(90_000)]
    public async Task Another_pool_goes_on_where_it_was(string fate, CancellationToken cancel)
    {
        await StageAsync("", s_workers, cancel, "--strategy", "canary", "--canary", "1/3", "--bake", "6s");
        var crowd = await PremiereAsync(cancel);
        var deploy = DeployAsync(cancel, "--release", "r1");
        await BakingAsync(cancel);
        using var count = new WorkerCount(Stage.Directory);
        if (fate == "kill")
        {
            await Stage.KillAsync(cancel);
            await Stage.ComeBackAsync(cancel);
        }
        else
        {
            Assert.That((await Stage.OrderAsync(["upgrade"], cancel)).ExitCode, Is.Zero);
        }

        var (exit, lines, _) = await deploy;
        Assert.That(exit, Is.Zero, string.Join('\n', lines));
        Assert.That(count.End().Most, Is.LessThanOrEqualTo(Workers + 1));
        await crowd.SeesAsync("r1", cancel);
        await crowd.LeaveAsync("r0", "r1");
    }

    [Test, CancelAfter(90_000)]
    public async Task An_app_is_a_canary_beside_the_others(CancellationToken cancel)
    {
        await OpenAsync(cancel, "--strategy", "canary", "--bake", "2s");
        var old = await Stage.PremiereAsync("r0", cancel);
        var crowd = new Crowd(Stage)
            .Add("keep-alive", 200, o => o with { Mode = LoadMode.Paced, Connections = 16, Rate = 200 })
            .Add("one connection a request", 200, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });
        await crowd.SeesAsync("r0", cancel);
        Stage.Hello("r1");
        await Stage.Pool.ErrorAsync("takes over whole", cancel);
        await Stage.Pool.ErrorAsync("beside the release before for 2 s", cancel);
        await crowd.SeesAsync("r1", cancel);
        Assert.That(await old.ExitAsync(cancel), Is.Zero);
        await crowd.LeaveAsync("r0", "r1");
    }

    [Test, CancelAfter(90_000)]
    public async Task Workers_with_the_package_are_judged_by_what_they_answer(CancellationToken cancel)
    {
        await StageAsync(
            "",
            [
                .. s_workers, "ready: notify", "strategy: canary", "canary: 1/3", "bake: 60s", "watch: 5xx<1%", "watch-requests: 1000",
            ],
            cancel);
        string[] hello = ["--", "dotnet", ProgramFiles.Hello];
        Assert.That((await DeployAsync(cancel, ["--release", "r0", .. hello])).Exit, Is.Zero);
        var load = new LoadRun(new LoadOptions { Target = Stage.EndPoint, Mode = LoadMode.PerConnection, Connections = 4 });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = Task.Run(() => load.RunAsync(stop.Token), cancel);
        try
        {
            var deploy = DeployAsync(cancel, ["--release", "r1", "--", "env", "HELLO_BAD=5", .. hello[1..]]);
            await Stage.StatusAsync(status => status.Handover?.Exchange?.Share is > 0 and < 1, cancel);
            var (exit, lines, _) = await deploy;
            Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
            Assert.That(lines[^1], Does.Contain("watch: 5xx ").And.Contain("responses) is not < 1 %"));
            await WholeAgainAsync(cancel);
        }
        finally
        {
            // It would go on after the test, and ask whoever has the port next.
            await stop.CancelAsync();
            await running;
        }
    }

    private async Task<StatusDocument> BakingAsync(CancellationToken cancel)
        => await Stage.StatusAsync(status => status.Handover?.Phase == "baking", cancel);

    private async Task WholeAgainAsync(CancellationToken cancel)
    {
        await Stage.StatusAsync(status => status.Zerglings is [{ Release: "r0", State: "accepting", Workers.Count: Workers }], cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r0"));
    }

    private async Task<Crowd> PremiereAsync(CancellationToken cancel)
    {
        Assert.That((await DeployAsync(cancel, "--release", "r0")).Exit, Is.Zero);
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 300, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });
        await crowd.SeesAsync("r0", cancel);
        return crowd;
    }
}
