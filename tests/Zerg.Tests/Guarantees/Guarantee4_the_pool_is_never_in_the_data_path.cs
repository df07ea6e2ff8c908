using Zerg.StrictClient;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>Killed under load, it is missed by no request, and the next pool has its sockets and its roster again.</summary>
internal sealed class Guarantee4_the_pool_is_never_in_the_data_path : GuaranteeFixture
{
    private const string Gunicorn = "/usr/bin/gunicorn";
    private const int Nobody = 65534;

    private ServiceManager? _manager;

    /// <summary>Whom the next pool has its socket from.</summary>
    internal enum Source
    {
        TheServiceManager,
        ProcessesThatHoldIt,
        OffersWithoutARecord,
        OffersToAPoolWithoutRights,
    }

    [TearDown]
    public void Forget()
    {
        _manager?.Dispose();
        _manager = null;
    }

    [Test, CancelAfter(120_000)]
    public async Task Killed_under_load_with_zerglings_of_every_kind(
        [Values] Source source, CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        Peers.Require("uwsgi");
        await OpenAsync(source, cancel);

        // One of another user's kind is found by its descriptors alone, which a pool without rights may not see.
        var hasUwsgi = source != Source.OffersToAPoolWithoutRights;
        await Stage.PremiereAsync("r0", cancel);
        using var slow = await SlowRequest.BeginAsync(Stage.EndPoint, cancel);
        await Stage.StatusAsync(status => status.Zerglings[0].Requests > 0, cancel);
        await Stage.RollOutAsync("r1", cancel);
        await AssembleAsync(hasUwsgi, cancel);
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 300, o => o with { Mode = LoadMode.PerConnection, Connections = 4, Rate = 150 });
        await crowd.GoesOnAsync(50, cancel);
        var before = Roster(await Stage.StatusAsync(cancel));

        for (var round = 0; round < 2; round++)
        {
            using (crowd.Window("no pool"))
            {
                await Stage.KillAsync(cancel);
                await crowd.GoesOnAsync(50, cancel);
                await Stage.ComeBackAsync(cancel);
                await RosterAsync(before, cancel);
            }

            Assert.That(Stage.Pool.Error.Lines, Has.Some.Contains(source switch
            {
                Source.TheServiceManager => "is back, from the service manager",
                Source.ProcessesThatHoldIt => "is back, from pid ",
                _ => " uid 0",
            }));
            await crowd.GoesOnAsync(50, cancel);
        }

        // Everybody hears what the next pool says.
        Assert.That(await slow.FinishAsync(cancel), Does.Contain("200 OK"));
        Assert.That(await Stage.Cast("r0").ExitAsync(cancel), Is.Zero);
        await Stage.RollOutAsync("r2", cancel);
        await Stage.LeftAsync(hasUwsgi ? ["r1", "copy", "paused", "launched", "uwsgi"] : ["r1", "copy", "paused", "launched"], cancel);
        await crowd.SeesAsync("r2", cancel);
        await crowd.LeaveAsync(null);
        Assert.That((await Stage.StatusAsync(cancel)).Pool.Generation, Is.EqualTo(3));
    }

    [Test, CancelAfter(60_000)]
    public async Task Killed_again_and_again_under_load_of_every_kind(CancellationToken cancel)
    {
        const int kills = 4;
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
        for (var number = 1; number <= kills; number++)
        {
            using (crowd.Window($"kill {number}"))
            {
                await Stage.KillAsync(cancel);
                await crowd.GoesOnAsync(5, cancel);
                await Stage.ComeBackAsync(cancel);
                await RosterAsync(["app r0 1 accepting"], cancel);
            }
        }

        await crowd.LeaveAsync("r0");
    }

    // Each of these lines is written at another moment of a hand-over: by the pool, or by the app before it says so.
    [TestCase("hand-over to zergling 2 (release 'r1') begins", "pool")]
    [TestCase("release 'r1' is ready", "app")]
    [TestCase("is told to drain: replaced by", "pool")]
    [TestCase("(release 'r1') completed", "pool")]
    [CancelAfter(60_000)]
    public async Task Killed_during_a_hand_over_it_is_finished_by_the_next_one(
        string moment, string who, CancellationToken cancel)
    {
        await OpenAsync(cancel);
        var old = await Stage.PremiereAsync("r0", cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r0", cancel);
        var release = Stage.Hello("r1");
        var log = who == "pool" ? Stage.Pool.Error : release.Output;
        await log.WaitAsync(line => line.Contains(moment, StringComparison.Ordinal), cancel);
        await Stage.KillAsync(cancel);
        await crowd.GoesOnAsync(20, cancel);
        await Stage.ComeBackAsync(cancel);

        await RosterAsync(["app r1 2 accepting"], cancel);
        Assert.That(await old.ExitAsync(cancel), Is.Zero);
        await crowd.SeesAsync("r1", cancel);
        var status = await Stage.StatusAsync(status => status.Handover is null, cancel);
        Assert.That(status.Pool.Generation, Is.EqualTo(2));
        await Stage.RollOutAsync("r2", cancel);
        await crowd.SeesAsync("r2", cancel);
        await crowd.LeaveAsync("r0", "r1", "r2");
        await RosterAsync(["app r2 3 accepting"], cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task Killed_twice_within_a_second(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel);
        await RosterAsync(["app r1 2 accepting"], cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r1", cancel);
        for (var round = 0; round < 3; round++)
        {
            // Once it has its socket again, and once as soon as it is there at all.
            await Stage.KillAsync(cancel);
            await Stage.ComeBackAsync(cancel);
            await Stage.KillAsync(cancel);
            Stage.StartPool();
            await Poll.UntilAsync(() => File.Exists(Stage.Path + ".lock"), () => "no lock", cancel);
            await Stage.KillAsync(cancel);
            await Stage.ComeBackAsync(cancel);
            await RosterAsync(["app r1 2 accepting"], cancel);
        }

        await crowd.LeaveAsync("r1");
    }

    [Test, CancelAfter(60_000)]
    public async Task Of_two_that_come_at_once_one_has_the_path_and_the_other_says_which(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r0", cancel);
        for (var round = 0; round < 3; round++)
        {
            await Stage.KillAsync(cancel);
            Assert.That(File.Exists(Stage.Path), "the path that was left behind");
            ChildProcess[] pools = [Stage.StartPool(), Stage.StartPool()];
            var loser = await Task.WhenAny(pools.Select(LoserAsync)).Unwrap();
            var winner = pools.Single(pool => pool != loser);
            Assert.That(await loser.ExitAsync(cancel), Is.EqualTo(ExitCodes.TryAgain));
            Assert.That(
                loser.Error.Lines,
                Has.Some.Contains($"{Stage.Path}: another pool serves it, pid {winner.Pid}"));
            await winner.ErrorAsync(" holds ", cancel);
            Stage.Follow(winner);
            await RosterAsync(["app r0 1 accepting"], cancel);
        }

        await crowd.LeaveAsync("r0");

        async Task<ChildProcess> LoserAsync(ChildProcess pool)
        {
            await pool.ExitAsync(cancel);
            return pool;
        }
    }

    [Test, CancelAfter(60_000)]
    public async Task Killed_after_its_greeting_and_before_the_hello(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r0", cancel);
        using (var greeted = await RawPeer.GreetedAsync(Stage.Path, cancel))
        {
            await Stage.KillAsync(cancel);
            await greeted.EndAsync(cancel);
        }

        await Stage.ComeBackAsync(cancel);
        await RosterAsync(["app r0 1 accepting"], cancel);
        await Stage.RollOutAsync("r1", cancel);
        await crowd.SeesAsync("r1", cancel);
        await crowd.LeaveAsync("r0", "r1");
    }

    // Two copies, one of which is paused, a standby, a launcher with gunicorn, and a real uWSGI.
    private async Task AssembleAsync(bool hasUwsgi, CancellationToken cancel)
    {
        Stage.Start("copy", "dotnet", [ProgramFiles.Hello], ("ZERG", Stage.Path), ("ZERG_RELEASE", "r1"));
        Stage.Start(
            "paused", "dotnet", [ProgramFiles.Hello], ("ZERG", Stage.Path), ("ZERG_RELEASE", "r1"), ("ZERG_NAME", "paused"));
        Stage.Hello("spare", ("ZERG_MODE", "standby"));
        Stage.Write("app.py", ComingAndGoingTests.Wsgi);
        Stage.Start(
            "launched", "dotnet",
            [
                ProgramFiles.Zergling, "--zerg", Stage.Path, "--release", "r1", "--ready", "http:/", "--", Gunicorn,
                "-w", "1", "app:app",
            ]);
        if (hasUwsgi)
        {
            Stage.Start(
                "uwsgi", "/usr/bin/uwsgi",
                [
                    "--zerg", Stage.Path, "--plugin", "python3", "--master", "--protocol", "http", "--master-fifo",
                    $"{Stage.Directory}/fifo", "--wsgi-file",
                    Path.Combine(ProgramFiles.Root, "examples", "python", "app.py"),
                ]);
        }

        var accepting = hasUwsgi ? 5 : 4;
        await Stage.StatusAsync(
            status => Stage.Accepting(status).Count() == accepting
                && status.Zerglings.Any(one => one.State == "standby"), cancel);
        Assert.That((await Stage.OrderAsync(["pause", "paused"], cancel)).ExitCode, Is.Zero);
        await Stage.StatusAsync(
            status => Stage.Accepting(status).Count() == accepting - 1
                && status.Zerglings.Any(one => one.State == "draining"), cancel);
    }

    private Task OpenAsync(Source source, CancellationToken cancel) => OpenAsync(
        directory => source switch
        {
            Source.TheServiceManager => Managed(directory),
            Source.OffersWithoutARecord => new PoolStart { Path = $"@zt-guarantee4-{Guid.NewGuid():N}" },
            Source.OffersToAPoolWithoutRights => Unprivileged(directory),
            _ => new PoolStart(),
        },
        // One of them drains from its hand-over until the last kill, and is not to be ended for that.
        cancel, "--legacy-fifo", "DIR/fifo", "--control", "DIR/pool.ctl", "--worker-reload-mercy", "120s");

    private PoolStart Managed(string directory)
    {
        _manager = new ServiceManager(directory);
        return new PoolStart
        {
            Wrapper = [.. _manager.Prefix],
            Environment = [("NOTIFY_SOCKET", _manager.NotifyPath)],
        };
    }

    private static PoolStart Unprivileged(string directory)
    {
        File.SetUnixFileMode(
            directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.StickyBit);
        return new PoolStart { Wrapper = ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"] };
    }

    private Crowd Everybody() => new Crowd(Stage)
        .Add("keep-alive", 100, o => o with { Mode = LoadMode.Paced, Connections = 16, Rate = 300 })
        .Add("one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });

    private Task<StatusDocument> RosterAsync(IReadOnlyList<string> wanted, CancellationToken cancel)
        => Stage.StatusAsync(status => Roster(status).SequenceEqual(wanted), cancel);

    private static List<string> Roster(StatusDocument status) =>
        [.. status.Zerglings.Select(one => $"{one.Kind} {one.Release} {one.Generation} {one.State}").Order()];
}
