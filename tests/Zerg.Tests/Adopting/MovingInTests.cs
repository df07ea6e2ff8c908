using System.Net;
using System.Net.Sockets;
using Zerg.Posix;
using Zerg.Tests.Harness;
using Zerg.Tests.PeerServers;

namespace Zerg.Tests.Adopting;

/// <summary>The walks of docs/moving-in.md: a server goes, another takes its place, and nobody is refused.</summary>
internal sealed class MovingInTests : AdoptingFixture
{
    [TestCase("nginx", "QUIT")]
    [TestCase("gunicorn", "TERM")]
    [TestCase("uwsgi", "QUIT")]
    [TestCase("node", "TERM")]
    [TestCase("dotnet", "KILL")]
    [CancelAfter(90_000)]
    public Task A_server_on_a_port_is_replaced_without_a_loss(string kind, string signal, CancellationToken cancel)
        => MoveInAsync(kind, signal, FreePlace(), cancel);

    [TestCase("nginx", "KILL")]
    [TestCase("gunicorn", "KILL")]
    [TestCase("uwsgi", "QUIT")]
    [TestCase("node", "KILL")]
    [TestCase("dotnet", "KILL")]
    [CancelAfter(90_000)]
    public Task A_server_on_a_path_is_replaced_without_a_loss(string kind, string signal, CancellationToken cancel)
        => MoveInAsync(kind, signal, new UnixDomainSocketEndPoint(Temporary.File("app.sock")), cancel);

    private async Task MoveInAsync(string kind, string signal, EndPoint place, CancellationToken cancel)
    {
        var old = await StartOldAsync(kind, place, cancel);
        await using var load = new PeerLoad(place, PeerLoad.OneConnectionARequest);
        await load.SeesAsync("old", cancel);

        var address = place is UnixDomainSocketEndPoint ? place.ToString()! : $"{place}";
        await StartPoolAsync(address, cancel, "--adopt");
        var successor = Successor(kind);
        var status = await AcceptingAsync(1, cancel);
        Assert.That(status.Sockets.Single().State, Is.EqualTo("adopted"));
        await load.SeesAsync("new", cancel);

        var retired = await CommandAsync(cancel, "retire", $"{old.Pid}", "--zerg", PoolPath, "--signal", signal);
        Assert.That(retired.Error.Lines, Is.Empty);
        TestContext.Out.WriteLine(string.Join("; ", retired.Output.Lines));
        Assert.That(await retired.ExitAsync(cancel), Is.Zero);
        await StatusAsync(now => now.Sockets.Single().State == "held", cancel);
        await load.EndAsync();
        Assert.That(await HttpClients.ReleaseAsync(place, cancel), Is.EqualTo("new"));
        successor.Signal(Signals.SIGTERM);
        Assert.That(await successor.ExitAsync(cancel), Is.Zero);
    }

    // The same app, as a zergling; of nginx there is none.
    private ChildProcess Successor(string kind) => kind switch
    {
        "gunicorn" => Launch(
            "new", $"--chdir {Examples("python")} --ready http:/", "gunicorn", "--workers", "2", "app:app"),
        "uwsgi" => Launch(
            "new", $"--chdir {Examples("python")} --ready notify",
            "uwsgi", "--plugin", "python3", "--master", "--protocol", "http", "--wsgi-file", "app.py",
            "--hook-master-start", "unix_signal:15 gracefully_kill_them_all"),
        "node" => Launch("new", $"--chdir {Examples("node")} --ready delay:1s", "node", "app.js"),
        _ => Hello("new"),
    };
}
