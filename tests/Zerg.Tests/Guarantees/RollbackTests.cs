using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>The release that was replaced waits, and serves again at once.</summary>
internal sealed class RollbackTests : GuaranteeFixture
{
    private static readonly (string, string?) s_http2 = ("Kestrel__EndpointDefaults__Protocols", "Http2");

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(90_000)]
    public async Task By_an_order_under_load_of_every_kind(bool isHttp2, CancellationToken cancel)
    {
        (string, string?)[] environment = isHttp2 ? [s_http2] : [];
        await OpenAsync(cancel, "--rollback-window", "60s");
        await Stage.PremiereAsync("r0", cancel, environment);
        var crowd = isHttp2
            ? new Crowd(Stage)
                .Add("busy", 500, o => o with { Mode = LoadMode.Http2, Connections = 4, StreamsPerConnection = 8 })
            : new Crowd(Stage)
                .Add("keep-alive", 500, o => o with { Mode = LoadMode.Paced, Connections = 16, Rate = 300 })
                .Add("one connection a request", 200, o => o with { Mode = LoadMode.PerConnection, Connections = 4 })
                .Add("slow handlers", 20, o => o with { Mode = LoadMode.Slow, Connections = 4, Path = "/slow?ms=300" });
        await crowd.SeesAsync("r0", cancel);
        foreach (var bad in new[] { "r1", "r2" })
        {
            await Stage.RollOutAsync(bad, cancel, environment);
            await crowd.SeesAsync(bad, cancel);

            // Nobody stays with the one that was replaced, though it is still there.
            var status = await Stage.StatusAsync(
                status => status.Zerglings.Any(one => one is { Release: "r0", State: "standby", Connections: 0 }), cancel);
            Assert.That(status.Rollback.Single().Release, Is.EqualTo("r0"));
            using (crowd.Window($"back from {bad}"))
                Assert.That(await Stage.OrderAsync(["rollback"], cancel), Is.EqualTo(
                    (0, $"release 'r0' serves again, release '{bad}' drains", "")));
            Assert.That(await Stage.Cast(bad).ExitAsync(cancel), Is.Zero);
            await crowd.GoesOnAsync(20, cancel);
        }

        await crowd.LeaveAsync("r0", "r1", "r2");
        var after = await Stage.StatusAsync(status => status.Handover is null, cancel);
        Assert.That(after.History.Select(one => (one.Release, one.Outcome)), Is.EqualTo(
            [("r0", "rolled back"), ("r2", "completed"), ("r0", "rolled back"), ("r1", "completed"), ("r0", "completed")]));
        Assert.That(after.Pool.Generation, Is.EqualTo(5));
        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).ExitCode, Is.EqualTo(ExitCodes.Failed));
    }

    [Test, CancelAfter(60_000)]
    public async Task By_itself_when_the_new_one_dies(CancellationToken cancel)
    {
        await OpenAsync(cancel, "--rollback-window", "60s");
        await Stage.PremiereAsync("r0", cancel);
        (await Stage.RollOutAsync("r1", cancel)).Signal(Signals.SIGKILL);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("r0"));
        var status = await Stage.StatusAsync(status => status.History[0].Outcome == "rolled back", cancel);
        Assert.That(status.History[0].Reason, Is.EqualTo("nobody of release 'r1' serves any more"));
    }

    [Test, CancelAfter(60_000)]
    public async Task After_the_window_the_old_one_leaves(CancellationToken cancel)
    {
        await OpenAsync(cancel, "--rollback-window", "1s");
        var old = await Stage.PremiereAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel);
        Assert.That(await old.ExitAsync(cancel), Is.Zero);
        Assert.That((await Stage.StatusAsync(cancel)).Rollback, Is.Empty);
        var (exitCode, _, error) = await Stage.OrderAsync(["rollback"], cancel);
        Assert.That(exitCode, Is.EqualTo(ExitCodes.Failed));
        Assert.That(error, Does.Contain("no release waits to be gone back to (rollback-window)"));
    }

    [Test, CancelAfter(60_000)]
    public async Task To_a_uWSGI_with_a_master_FIFO(CancellationToken cancel)
    {
        Peers.Require("uwsgi");
        await OpenAsync(cancel, "--rollback-window", "60s", "--legacy-fifo", "DIR/fifo");
        Stage.Start(
            "uwsgi", "/usr/bin/uwsgi",
            [
                "--zerg", Stage.Path, "--plugin", "python3", "--master", "--protocol", "http", "--master-fifo",
                $"{Stage.Directory}/fifo", "--wsgi-file", Path.Combine(ProgramFiles.Root, "examples", "python", "app.py"),
            ]);
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 200, o => o with { Mode = LoadMode.PerConnection, Connections = 2 });
        await crowd.GoesOnAsync(20, cancel);
        await Stage.RollOutAsync("r1", cancel);
        await crowd.SeesAsync("r1", cancel);
        await Stage.StatusAsync(status => status.Zerglings.Any(one => one is { Kind: "uwsgi", State: "standby" }), cancel);

        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).ExitCode, Is.Zero);
        Assert.That(await Stage.Cast("r1").ExitAsync(cancel), Is.Zero);
        Assert.That(await Stage.GetAsync(cancel), Does.Not.Contain("r1"));
        await crowd.GoesOnAsync(20, cancel);
        await crowd.LeaveAsync(null);
    }

    [TestCase("kill")]
    [TestCase("upgrade")]
    [CancelAfter(60_000)]
    public async Task Though_the_pool_is_another_one_by_then(string fate, CancellationToken cancel)
    {
        await OpenAsync(cancel, "--rollback-window", "60s");
        await Stage.PremiereAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel);
        await Stage.StatusAsync(HasSpare, cancel);
        if (fate == "kill")
        {
            await Stage.KillAsync(cancel);
            await Stage.ComeBackAsync(cancel);
        }
        else
        {
            Assert.That((await Stage.OrderAsync(["upgrade"], cancel)).ExitCode, Is.Zero);
        }

        await Stage.StatusAsync(status => HasSpare(status) && Stage.Accepting(status).Any(), cancel);
        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).ExitCode, Is.Zero);
        Assert.That(await Stage.Cast("r1").ExitAsync(cancel), Is.Zero);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("r0"));
    }

    private static bool HasSpare(StatusDocument status) => status.Zerglings.Any(one => one is { Release: "r0", State: "standby" });
}
