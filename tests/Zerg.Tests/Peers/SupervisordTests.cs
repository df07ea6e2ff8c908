using System.Text.RegularExpressions;
using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Guarantees;
using Zerg.Tests.Harness;

namespace Zerg.Tests.PeerServers;

/// <summary>A pool and two releases as programs of a real supervisord, with the configuration of docs/pool.md.</summary>
internal sealed partial class SupervisordTests : PeerFixture
{
    private const string Daemon = "/usr/bin/supervisord";
    private const string Client = "/usr/bin/supervisorctl";

    private static readonly string[] s_releases = ["blue", "green"];

    private string Configuration => Temporary.File("supervisord.conf");

    [Test, CancelAfter(120_000)]
    public async Task Releases_take_turns_and_a_killed_pool_comes_back(CancellationToken cancel)
    {
        Peers.Require("supervisord");
        Peers.Require("gunicorn");
        Configure();
        var supervisord = Start("supervisord", Daemon, ["--nodaemon", "--configuration", Configuration]);
        await supervisord.ErrorAsync(" holds ", cancel);
        var target = TargetParser.Parse((await AcceptingAsync(1, cancel)).Sockets[0].Address)!;
        await using var load = new PeerLoad(target, PeerLoad.OneConnectionARequest);
        await load.SeesAsync("blue", cancel);
        await ComesToAsync("blue", "RUNNING", cancel);

        // It exits with 0 when it has been replaced, which is no reason to start it again.
        Assert.That(await OrderAsync(cancel, "start", "green"), Is.EqualTo((0, "green: started")));
        await load.SeesAsync("green", cancel);
        await ComesToAsync("blue", "EXITED", cancel);

        // Too soon it is sent away: once, or each time that supervisord tries it, who gives up where it ends at once.
        await OrderAsync(cancel, "start", "blue");
        await supervisord.ErrorAsync("(release 'blue') is sent away: ", cancel);
        await ComesToAsync("blue", "EXITED|FATAL", cancel);

        // The pool hears of an end a moment after supervisord does.
        var status = await StatusAsync(now => now.Zerglings is [{ Release: "green", State: "accepting" }], cancel);
        Assert.That(status.History.Select(one => (one.Release, one.Outcome)), Is.EqualTo([("green", "completed"), ("blue", "completed")]));

        var from = supervisord.Error.Lines.Count;
        Assert.That(Libc.kill(status.Pool.Pid, Signals.SIGKILL), Is.Zero);
        await supervisord.Error.WaitAsync(line => line.Contains(" is back, from ", StringComparison.Ordinal), cancel, from);
        await StatusAsync(now => now.Zerglings is [{ Release: "green", State: "accepting" }], cancel);
        var report = await load.EndAsync();
        Assert.That(report.Releases.Keys, Is.EquivalentTo(s_releases));

        Assert.That(await OrderAsync(cancel, "stop", "green"), Is.EqualTo((0, "green: stopped")));
        await OrderAsync(cancel, "shutdown");
        Assert.That(await supervisord.ExitAsync(cancel), Is.Zero);
    }

    private void Configure()
    {
        foreach (var release in s_releases)
        {
            Directory.CreateDirectory(Temporary.File(release));
            Temporary.Write(Path.Combine(release, "app.py"), ComingAndGoingTests.Wsgi);
        }

        var app = Temporary.Write("app.yml", $"""
            zerg:
              zerg-pool: {PoolPath}
              control: {Control}
              http-socket: 127.0.0.1:0
              ready: http:/
              command: gunicorn -w 1 app:app

            """);
        var programs = IniBlock().Match(File.ReadAllText(Path.Combine(ProgramFiles.Root, "docs", "pool.md"))).Value
            .Replace("/usr/bin/zergpool ", $"dotnet {ProgramFiles.ZergPool} ")
            .Replace("/usr/bin/zergling ", $"dotnet {ProgramFiles.Zergling} ")
            .Replace("/etc/zerg/app.yml", app).Replace("/srv/app/", Temporary.Path + "/")
            .Replace("\ncommand=", "\nstderr_logfile=/dev/stderr\nstderr_logfile_maxbytes=0\ncommand=");
        File.WriteAllText(Configuration, $"""
            [supervisord]
            logfile={Temporary.File("supervisord.log")}
            pidfile={Temporary.File("supervisord.pid")}
            childlogdir={Temporary.Path}
            [unix_http_server]
            file={Temporary.File("supervisor.sock")}
            [supervisorctl]
            serverurl=unix://{Temporary.File("supervisor.sock")}
            [rpcinterface:supervisor]
            supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

            {programs}
            """);
    }

    private async Task<(int ExitCode, string Output)> OrderAsync(CancellationToken cancel, params string[] order)
    {
        var client = Start(string.Join(' ', order), Client, ["--configuration", Configuration, .. order]);
        var exitCode = await client.ExitAsync(cancel);
        return (exitCode, string.Join('\n', client.Output.Lines));
    }

    private async Task ComesToAsync(string program, string states, CancellationToken cancel)
    {
        var said = "";
        await Poll.UntilAsync(
            async () => (said = (await OrderAsync(cancel, "status", program)).Output).Split(' ').Intersect(states.Split('|')).Any(),
            () => said, cancel);
    }

    [GeneratedRegex(@"(?<=```ini\n)\[program:.*?(?=```)", RegexOptions.Singleline)]
    private static partial Regex IniBlock();
}
