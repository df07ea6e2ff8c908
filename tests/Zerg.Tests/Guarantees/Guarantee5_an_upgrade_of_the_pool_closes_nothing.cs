using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;
using Zerg.Tests.Upgrading;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>Another program takes over in the same process: no socket, no session and no request notices.</summary>
internal sealed class Guarantee5_an_upgrade_of_the_pool_closes_nothing : GuaranteeFixture
{
    private const string Gunicorn = "/usr/bin/gunicorn";

    [Test, CancelAfter(90_000)]
    public async Task To_another_version_and_back_under_load_with_zerglings_of_every_kind(CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        Peers.Require("uwsgi");
        using var other = new OtherVersion();
        await OpenAsync(cancel, "--legacy-fifo", "DIR/fifo");
        await Stage.PremiereAsync("r0", cancel);
        await AssembleAsync(cancel);
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 300, o => o with { Mode = LoadMode.PerConnection, Connections = 4, Rate = 150 });
        await crowd.GoesOnAsync(20, cancel);
        var pid = Stage.Pool.Pid;
        var sockets = Upgrades.Sockets(pid);
        var before = await Stage.StatusAsync(cancel);

        // Those of whoever asked for the status a moment ago are not among them.
        sockets = [.. sockets.Intersect(Upgrades.Sockets(pid))];
        foreach (var (binary, version) in new[]
        {
            (other.Path, other.Text), (null, other.Text), (ProgramFiles.ZergPool, OtherVersion.Own), (null, OtherVersion.Own),
        })
        {
            using (crowd.Window(version))
                await UpgradeAsync(binary, cancel);
            var after = await Stage.StatusAsync(cancel);
            Assert.That(after.Pool.Version, Is.EqualTo(version));
            Assert.That(after.Pool.Pid, Is.EqualTo(pid));
            Assert.That(after.Pool.Started, Is.EqualTo(before.Pool.Started));
            Assert.That(Roster(after), Is.EqualTo(Roster(before)));

            // Listeners, sessions and control sockets are the very same; one is the runtime's own.
            Assert.That(sockets.Except(Upgrades.Sockets(pid)).Count(), Is.LessThanOrEqualTo(1));
            await crowd.GoesOnAsync(20, cancel);
        }

        foreach (var zergling in new[] { "r0", "launched" })
            Assert.That(Said(Stage.Cast(zergling)), Has.None.Contains("is gone"), zergling);
        await Stage.RollOutAsync("r1", cancel);
        await Stage.LeftAsync(["r0", "launched", "uwsgi"], cancel);
        await crowd.SeesAsync("r1", cancel);
        await crowd.LeaveAsync(null);
    }

    [Test, CancelAfter(60_000)]
    public async Task Again_and_again_under_load_of_every_kind(CancellationToken cancel)
    {
        const int upgrades = 6;
        const long body = 2_000_000;
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = new Crowd(Stage)
            .Add("keep-alive", 500, o => o with { Mode = LoadMode.Paced, Connections = 16, Rate = 300 })
            .Add("one connection a request", 200, o => o with { Mode = LoadMode.PerConnection, Connections = 4 })
            .Add("slow handlers", 20, o => o with { Mode = LoadMode.Slow, Connections = 4, Path = "/slow?ms=300" })
            .Add("websockets", 30, o => o with { Mode = LoadMode.Websocket, Connections = 8, Path = "/ws" })
            .Add("uploads", 5, o => o with
            {
                Mode = LoadMode.Upload,
                Connections = 2,
                Path = "/upload",
                BodyBytes = body,
                BodyTime = TimeSpan.FromSeconds(1),
                ExpectLength = body,
            });
        await crowd.SeesAsync("r0", cancel);
        for (var number = 1; number <= upgrades; number++)
        {
            using (crowd.Window($"upgrade {number}"))
                await UpgradeAsync(null, cancel);
        }

        await crowd.LeaveAsync("r0");
    }

    // Each of these lines is written at another moment of a hand-over: by the pool, or by the app before it says so.
    [TestCase("hand-over to zergling 2 (release 'r1') begins", "pool")]
    [TestCase("release 'r1' is ready", "app")]
    [TestCase("is told to drain: replaced by", "pool")]
    [CancelAfter(60_000)]
    public async Task During_a_hand_over_which_goes_on(string moment, string who, CancellationToken cancel)
    {
        await OpenAsync(cancel);
        var old = await Stage.PremiereAsync("r0", cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r0", cancel);
        var release = Stage.Hello("r1");
        var log = who == "pool" ? Stage.Pool.Error : release.Output;
        await log.WaitAsync(line => line.Contains(moment, StringComparison.Ordinal), cancel);
        Stage.Pool.Signal(Signals.SIGUSR2);
        await Stage.Pool.ErrorAsync("upgraded from", cancel);
        Assert.That(await old.ExitAsync(cancel), Is.Zero);
        await crowd.SeesAsync("r1", cancel);
        var status = await Stage.StatusAsync(status => status.Handover is null, cancel);
        Assert.That(status.History.Select(one => (one.Release, one.Outcome)), Is.EqualTo([("r1", "completed"), ("r0", "completed")]));
        await crowd.LeaveAsync("r0", "r1");
    }

    [Test, CancelAfter(60_000)]
    public async Task In_a_flood_of_SIGHUP(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r0", cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var flood = Task.Run(
            async () =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
                while (!over.IsCancellationRequested)
                {
                    Stage.Pool.Signal(Signals.SIGHUP);
                    await timer.WaitForNextTickAsync(CancellationToken.None);
                }
            },
            cancel);
        for (var round = 0; round < 3; round++)
            await UpgradeAsync(null, cancel);
        await over.CancelAsync();
        await flood;
        await crowd.LeaveAsync("r0");
    }

    [Test, CancelAfter(60_000)]
    public async Task A_program_that_cannot_take_over_changes_nothing(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r0", cancel);
        var before = await Stage.StatusAsync(cancel);
        foreach (var binary in new[] { "/bin/false", "/nope", "/etc/passwd" })
        {
            var (exitCode, _, error) = await Stage.OrderAsync(["upgrade", "--binary", binary], cancel);
            Assert.That(exitCode, Is.Not.Zero);
            Assert.That(error, Does.Contain(binary));
        }

        var after = await Stage.StatusAsync(cancel);
        Assert.That(after.Pool.Upgraded, Is.EqualTo(before.Pool.Upgraded));
        Assert.That(Roster(after), Is.EqualTo(Roster(before)));
        await crowd.LeaveAsync("r0");
    }

    // Beside the app a launcher with gunicorn, and a real uWSGI.
    private async Task AssembleAsync(CancellationToken cancel)
    {
        Stage.Write("app.py", ComingAndGoingTests.Wsgi);
        Stage.Start(
            "launched", "dotnet",
            [
                ProgramFiles.Zergling, "--zerg", Stage.Path, "--release", "r0", "--ready", "http:/", "--", Gunicorn,
                "-w", "1", "app:app",
            ]);
        Stage.Start(
            "uwsgi", "/usr/bin/uwsgi",
            [
                "--zerg", Stage.Path, "--plugin", "python3", "--master", "--protocol", "http", "--master-fifo",
                $"{Stage.Directory}/fifo", "--wsgi-file", $"{Stage.Directory}/app.py", "--callable", "app",
            ],
            ("ZERG_RELEASE", "r0"));
        await Stage.StatusAsync(status => Stage.Accepting(status).Count() == 3, cancel);
    }

    private async Task UpgradeAsync(string? binary, CancellationToken cancel)
    {
        string[] command = ["upgrade", .. binary is null ? Array.Empty<string>() : ["--binary", binary]];
        var (exitCode, _, error) = await Stage.OrderAsync(command, cancel);
        Assert.That(exitCode, Is.Zero, error);
    }

    private Crowd Everybody() => new Crowd(Stage)
        .Add("keep-alive", 100, o => o with { Mode = LoadMode.Paced, Connections = 16, Rate = 300 })
        .Add("one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });

    private static List<string> Roster(StatusDocument status) =>
        [.. status.Zerglings.Select(one => $"{one.Id} {one.Pid} {one.Kind} {one.Release} {one.Generation} {one.State} {one.Since:O}")];

    private static IEnumerable<string> Said(ChildProcess process) => process.Output.Lines.Concat(process.Error.Lines);
}
