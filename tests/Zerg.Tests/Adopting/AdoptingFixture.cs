using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Zerg.Tests.Harness;
using Zerg.Tests.PeerServers;

namespace Zerg.Tests.Adopting;

/// <summary>A server that serves by itself, and a pool that moves in front of it while clients come and go.</summary>
[Category("Root")]
internal abstract class AdoptingFixture : PeerFixture
{
    private const string NodeServer =
        """
        const server = require('http').createServer((request, response) => {
          response.setHeader('X-Release', 'old');
          response.end('old\n');
        });
        server.listen(isNaN(process.argv[1]) ? process.argv[1] : { port: Number(process.argv[1]), host: '127.0.0.1' });
        process.on('SIGTERM', () => server.close(() => process.exit(0)));
        """;

    [SetUp]
    public void RequireRoot() => Assume.That(Environment.IsPrivilegedProcess, "root alone may take sockets");

    /// <summary>Starts a server of a kind by itself, and waits until it answers.</summary>
    protected async Task<ChildProcess> StartOldAsync(string kind, EndPoint place, CancellationToken cancel)
    {
        if (kind != "dotnet")
            Peers.Require(kind);
        var port = place is IPEndPoint ip ? ip.Port.ToString(CultureInfo.InvariantCulture) : "";
        var path = place is UnixDomainSocketEndPoint ? place.ToString()! : "";
        var old = kind switch
        {
            "nginx" => Start("old nginx", "/usr/sbin/nginx", ["-c", Nginx(place), "-p", Temporary.Path, "-e", "stderr"]),
            "gunicorn" => Start(
                "old gunicorn", "gunicorn",
                [
                    "--chdir", Examples("python"), "--workers", "2", "--bind",
                    path.Length > 0 ? $"unix:{path}" : $"{place}", "app:app",
                ],
                ("ZERG_RELEASE", "old")),
            "uwsgi" => Start(
                "old uwsgi", Uwsgi,
                [
                    "--plugin", "python3", "--master", "--processes", "2",
                    "--wsgi-file", Examples("python/app.py"), "--http-socket",
                    path.Length > 0 ? path : $"{place}",
                ],
                ("ZERG_RELEASE", "old")),
            "node" => Start("old node", "/usr/bin/node", ["-e", NodeServer, path.Length > 0 ? path : port]),
            _ => Start(
                "old dotnet", "dotnet", [ProgramFiles.Plain], ("ZERG_RELEASE", "old"),
                ("ASPNETCORE_URLS", path.Length > 0 ? $"http://unix:{path}" : $"http://{place}"), ("LISTEN_PID", null)),
        };
        await Poll.UntilAsync(
            async () => old.HasExited || await AnswersAsync(place, cancel),
            () => string.Join("; ", old.Error.Lines), cancel);
        Assert.That(old.HasExited, Is.False, string.Join("; ", old.Error.Lines));
        return old;
    }

    /// <summary>Runs a command of zergpool to its end.</summary>
    protected async Task<ChildProcess> CommandAsync(CancellationToken cancel, params string[] arguments)
    {
        var command = Start("command", "dotnet", [ProgramFiles.ZergPool, .. arguments]);
        await command.ExitAsync(cancel);
        return command;
    }

    /// <summary>A port that is free now; the servers under test tell nobody which one they were given.</summary>
    protected static IPEndPoint FreePlace()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }

    private string Nginx(EndPoint place) => Temporary.Write("nginx.conf", $$"""
        daemon off;
        worker_processes 2;
        pid {{Temporary.File("nginx.pid")}};
        error_log stderr warn;
        events {}
        http {
          access_log off;
          client_body_temp_path {{Temporary.File("body")}};
          proxy_temp_path {{Temporary.File("proxy")}};
          fastcgi_temp_path {{Temporary.File("fastcgi")}};
          uwsgi_temp_path {{Temporary.File("uwsgi")}};
          scgi_temp_path {{Temporary.File("scgi")}};
          server {
            listen {{(place is IPEndPoint ? $"{place}" : $"unix:{place}")}};
            add_header X-Release old;
            location / { return 200 "old\n"; }
          }
        }
        """);

    private static async Task<bool> AnswersAsync(EndPoint place, CancellationToken cancel)
    {
        try
        {
            return await HttpClients.ReleaseAsync(place, cancel) == "old";
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
