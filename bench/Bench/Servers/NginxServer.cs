using System.Net;
using Zerg.Posix;
using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>nginx with a static file, renewed by its reload.</summary>
internal sealed class NginxServer(ProgramFile program) : IServer
{
    private const int Workers = 2;

    private readonly TemporaryDirectory _directory = new();
    private Child? _master;
    private int _renewals;

    public string Name => "nginx, static, reload";

    public bool KeepsAlive => true;

    public IPEndPoint EndPoint { get; } = Tool.FreePort();

    public async Task StartAsync(CancellationToken cancel)
    {
        _directory.Write("index.html", "hello\n");
        var configuration = _directory.Write("nginx.conf", $$"""
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            daemon off;
            worker_processes {{Workers}};
            pid {{_directory.File("nginx.pid")}};
            error_log stderr notice;
            events { worker_connections 1024; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              server { listen {{EndPoint}}; root {{_directory.Path}}; }
            }

            """);
        _master = Child.Start(program, ["-e", "stderr", "-p", _directory.Path, "-c", configuration]);
        await _master.LinesAsync("start worker process ", Workers, cancel);
    }

    public async Task RenewAsync(Func<IDisposable?> atSwitch, CancellationToken cancel)
    {
        _master!.Signal(Signals.SIGHUP);
        await _master.LinesAsync("exited with code", ++_renewals * Workers, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_master is not null)
            await _master.DisposeAsync();
        _directory.Dispose();
    }
}
