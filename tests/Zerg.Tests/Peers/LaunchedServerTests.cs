using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.PeerServers;

/// <summary>Servers that know nothing of the pool, rolled out under the launcher while clients come and go.</summary>
internal sealed class LaunchedServerTests : PeerFixture
{
    [Test, CancelAfter(90_000)]
    public async Task Gunicorn_loses_nothing(CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        await LosesNothingAsync(await StartPoolAsync("127.0.0.1:0", cancel), Gunicorn, cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Gunicorn_on_a_UNIX_socket_loses_nothing(CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        await LosesNothingAsync(await StartPoolAsync(Temporary.File("app.sock"), cancel), Gunicorn, cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Uwsgi_loses_nothing(CancellationToken cancel)
    {
        Peers.Require("uwsgi");
        await LosesNothingAsync(
            await StartPoolAsync("127.0.0.1:0", cancel), release => LaunchUwsgi(release), cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Uwsgi_with_threads_loses_nothing(CancellationToken cancel)
    {
        Peers.Require("uwsgi");
        await LosesNothingAsync(
            await StartPoolAsync("127.0.0.1:0", cancel), release => LaunchUwsgi(release, "--threads", "4"), cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Uvicorn_loses_nothing(CancellationToken cancel)
    {
        Peers.Require("uvicorn");
        await LosesNothingAsync(
            await StartPoolAsync("127.0.0.1:0", cancel),
            release => Launch(
                release, $"--chdir {Examples("python")} --ready delay:2s",
                Python, "-m", "uvicorn", "--fd", "3", "asgi:app"),
            cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Node_loses_nothing(CancellationToken cancel)
    {
        Peers.Require("node");
        await LosesNothingAsync(await StartPoolAsync("127.0.0.1:0", cancel), Node, cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Kestrel_without_the_package_serves_and_hands_over(CancellationToken cancel)
    {
        var target = await StartPoolAsync("127.0.0.1:0", cancel);
        foreach (var release in new[] { "r0", "r1", "r2" })
        {
            if (release == "r0")
                Kestrel(release);
            else
                await RollOutAsync(Kestrel, release, cancel);
            await StatusAsync(
                status => status.Zerglings is [{ State: "accepting" } only] && only.Release == release, cancel);
            Assert.That(await HttpClients.ReleaseAsync(target, cancel), Is.EqualTo(release));
        }

        ChildProcess Kestrel(string release) => Launch(release, "--ready http:/", "dotnet", ProgramFiles.Plain);
    }

    [Test, CancelAfter(90_000)]
    public async Task Gunicorn_is_renewed_by_SIGHUP_without_a_loss(CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        await RenewAsync(Gunicorn, cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Node_is_renewed_by_SIGHUP_without_a_loss(CancellationToken cancel)
    {
        Peers.Require("node");
        await RenewAsync(Node, cancel);
    }

    private async Task RenewAsync(Func<string, ChildProcess> start, CancellationToken cancel)
    {
        var target = await StartPoolAsync("127.0.0.1:0", cancel);
        var launcher = start("r1");
        await AcceptingAsync(1, cancel);
        await using var load = new PeerLoad(target, PeerLoad.OneConnectionARequest);
        await load.SeesAsync("r1", cancel);
        for (var renewal = 1; renewal <= 3; renewal++)
        {
            var from = launcher.Error.Lines.Count;
            launcher.Signal(Signals.SIGHUP);
            var left = await launcher.Error.WaitAsync(
                line => line.Contains(" left with ", StringComparison.Ordinal), cancel, from);
            Assert.That(left, Does.Contain("status 0"));
        }

        await load.EndAsync();
        Assert.That((await AcceptingAsync(1, cancel)).Pool.Generation, Is.EqualTo(1));
    }

    private ChildProcess Gunicorn(string release) => Launch(
        release, $"--chdir {Examples("python")} --ready http:/", "gunicorn", "--workers", "2", "app:app");

    private ChildProcess LaunchUwsgi(string release, params string[] more) => Launch(
        release, $"--chdir {Examples("python")} --ready notify",
        [
            "uwsgi", "--plugin", "python3", "--master", "--protocol", "http", "--wsgi-file", "app.py",
            "--hook-master-start", "unix_signal:15 gracefully_kill_them_all", .. more,
        ]);

    private ChildProcess Node(string release)
        => Launch(release, $"--chdir {Examples("node")} --ready delay:1s", "node", "app.js");
}
