using System.Net;
using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.PeerServers;

/// <summary>Our zerglings on a real uWSGI pool, where they are plain ones and signals tell them what to do.</summary>
internal sealed class UwsgiPoolTests : PeerFixture
{
    private IPEndPoint _target = null!;

    [Test, CancelAfter(90_000)]
    public async Task A_NET_app_serves_there_and_drains_on_SIGTERM(CancellationToken cancel)
    {
        await StartUwsgiPoolAsync(cancel);
        var old = Hello("r1");
        await using var load = new PeerLoad(_target, PeerLoad.OneConnectionARequest);
        await load.SeesAsync("r1", cancel);
        Hello("r2");
        await load.SeesAsync("r2", cancel);
        old.Signal(Signals.SIGTERM);

        Assert.That(await old.ExitAsync(cancel), Is.Zero);
        await load.EndAsync();
    }

    [Test, CancelAfter(90_000)]
    public async Task The_launcher_serves_there_renews_on_SIGHUP_and_drains_on_SIGTERM(CancellationToken cancel)
    {
        Peers.Require("gunicorn");
        await StartUwsgiPoolAsync(cancel);
        var old = Gunicorn("r1");
        await using var load = new PeerLoad(_target, PeerLoad.OneConnectionARequest);
        await load.SeesAsync("r1", cancel);
        old.Signal(Signals.SIGHUP);
        await old.ErrorAsync("worker 1 (pid ", cancel);
        await old.Error.WaitAsync(line => line.Contains(" left with ", StringComparison.Ordinal), cancel);
        Gunicorn("r2");
        await load.SeesAsync("r2", cancel);
        old.Signal(Signals.SIGTERM);

        Assert.That(await old.ExitAsync(cancel), Is.Zero);
        await load.EndAsync();
    }

    private ChildProcess Gunicorn(string release) => Launch(
        release, $"--chdir {Examples("python")} --ready http:/", "gunicorn", "--workers", "2", "app:app");

    private async Task StartUwsgiPoolAsync(CancellationToken cancel)
    {
        Peers.Require("uwsgi");
        var uwsgi = Start(
            "uwsgi", Uwsgi, ["--plugin", "zergpool", "--master", "--zerg-pool", $"{PoolPath}:127.0.0.1:0"]);
        var bound = await uwsgi.ErrorAsync("bound to TCP socket 127.0.0.1:", cancel);
        _target = IPEndPoint.Parse(bound.Split(' ').First(word => word.StartsWith("127.0.0.1:", StringComparison.Ordinal)));
        await uwsgi.ErrorAsync("spawned uWSGI master process", cancel);
    }
}
