using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>Whoever ends, in whatever way: as long as somebody accepts, no request is lost.</summary>
internal sealed class ComingAndGoingTests : GuaranteeFixture
{
    private const string Gunicorn = "/usr/bin/gunicorn";

    internal const string Wsgi = """
        import os
        def app(environ, start_response):
            start_response('200 OK', [('Content-Length', '2'), ('X-Release', os.environ['ZERG_RELEASE'])])
            return [b'ok']
        """;

    [Test, CancelAfter(60_000)]
    public async Task SIGTERM_to_a_zergling_while_its_copy_serves_loses_nothing(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        var leaving = await Stage.PremiereAsync("same", cancel);
        var crowd = Everybody();
        for (var round = 0; round < 3; round++)
        {
            var copy = Stage.Hello("same");
            await Stage.StatusAsync(status => Stage.Accepting(status).Count(one => one.Connections > 0) == 2, cancel);
            leaving.Signal(Signals.SIGTERM);
            Assert.That(await leaving.ExitAsync(cancel), Is.Zero);
            leaving = copy;
        }

        await crowd.GoesOnAsync(50, cancel);
        await crowd.LeaveAsync("same");
    }

    [Test, CancelAfter(60_000)]
    public async Task A_standby_that_is_killed_is_not_missed(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("serving", cancel);
        var crowd = Everybody();
        for (var round = 0; round < 3; round++)
        {
            var standby = Stage.Hello("spare", ("ZERG_MODE", "standby"));
            await Stage.StatusAsync(status => status.Zerglings.Any(one => one.State == "standby"), cancel);
            standby.Signal(Signals.SIGKILL);
            await Stage.StatusAsync(status => status.Zerglings.Count == 1, cancel);
        }

        await crowd.GoesOnAsync(50, cancel);
        await crowd.LeaveAsync("serving");
    }

    [TestCase(Signals.SIGTERM, 0)]
    [TestCase(Signals.SIGKILL, 128 + Signals.SIGKILL)]
    [CancelAfter(60_000)]
    public async Task An_app_serves_on_without_its_pool(int signal, int exitCode, CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = Everybody();
        await crowd.SeesAsync("r0", cancel);
        var last = await Stage.RollOutAsync("r1", cancel);
        await crowd.SeesAsync("r1", cancel);
        Stage.Pool.Signal(signal);
        Assert.That(await Stage.Pool.ExitAsync(cancel), Is.EqualTo(exitCode));
        await last.OutputAsync("serving on without it", cancel);

        await crowd.GoesOnAsync(100, cancel);
        await crowd.LeaveAsync("r0", "r1");
        Assert.That(await Stage.GetAsync(cancel), Does.StartWith("HTTP/1.1 200 ").And.Contain("X-Release: r1"));

        // And it still drains by itself.
        last.Signal(Signals.SIGTERM);
        Assert.That(await last.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(90_000)]
    public async Task Workers_of_a_killed_launcher_serve_until_another_takes_over(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        var crowd = await LaunchFirstAsync("w0", cancel);
        var launcher = Stage.Cast("w0");
        for (var round = 1; round <= 3; round++)
        {
            var workers = (await Stage.StatusAsync(cancel)).Zerglings.Single().Workers;
            launcher.Signal(Signals.SIGKILL);
            await launcher.ExitAsync(cancel);
            await Stage.StatusAsync(status => status.Zerglings.Single().State == "orphaned", cancel);
            await crowd.GoesOnAsync(100, cancel);
            Assert.That(workers.Select(ProcFiles.IsAlive), Is.All.True);

            var release = $"w{round}";
            var from = Stage.Pool.Error.Lines.Count;
            launcher = await Stage.TakesOverAsync(LaunchGunicorn(release), release, from, cancel);
            await crowd.SeesAsync(release, cancel);
            await Stage.StatusAsync(status => status.Zerglings.Count == 1, cancel);
            Assert.That(workers.Select(ProcFiles.IsAlive), Is.All.False);
        }

        await crowd.LeaveAsync("w0", "w1", "w2", "w3");
    }

    [Test, CancelAfter(90_000)]
    public async Task Launchers_take_over_from_each_other(CancellationToken cancel)
    {
        const int handOvers = 5;
        await OpenAsync(cancel);
        var crowd = await LaunchFirstAsync("w0", cancel);
        List<string> releases = ["w0"];
        for (var number = 1; number <= handOvers; number++)
        {
            var release = $"w{number}";
            var from = Stage.Pool.Error.Lines.Count;
            await Stage.TakesOverAsync(LaunchGunicorn(release), release, from, cancel);
            await crowd.SeesAsync(release, cancel);
            releases.Add(release);
        }

        await crowd.LeaveAsync([.. releases]);
        await Stage.LeftAsync(releases[..^1], cancel);
    }

    private async Task<Crowd> LaunchFirstAsync(string release, CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        Stage.Write("app.py", Wsgi);
        LaunchGunicorn(release);
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 500, o => o with { Mode = LoadMode.PerConnection, Connections = 8 });
        await crowd.SeesAsync(release, cancel);
        return crowd;
    }

    private ChildProcess LaunchGunicorn(string release)
        => Stage.Launch(release, "--ready http:/ --processes 2", Gunicorn, "-w", "1", "app:app");

    private Crowd Everybody() => new Crowd(Stage)
        .Add("keep-alive", 100, o => o with { Mode = LoadMode.Paced, Connections = 32, Rate = 500 })
        .Add("one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 4 })
        .Add("slow handlers", 10, o => o with { Mode = LoadMode.Slow, Connections = 8, Path = "/slow?ms=400" });
}
