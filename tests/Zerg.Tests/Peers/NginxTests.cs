using System.Globalization;
using System.Net.Sockets;
using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.PeerServers;

/// <summary>nginx in front of a UNIX socket that the pool owns, while apps come and go behind it.</summary>
internal sealed class NginxTests : PeerFixture
{
    private const UnixFileMode Everybody = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    [Test, CancelAfter(90_000)]
    public Task It_sees_no_release_change(CancellationToken cancel) => ProveAsync("", options => options with
    {
        Mode = LoadMode.KeepAlive,
        Connections = 6,
    }, cancel);

    [Test, CancelAfter(90_000)]
    public Task It_sees_none_over_kept_alive_connections_to_the_app(CancellationToken cancel) => ProveAsync(
        """proxy_http_version 1.1; proxy_set_header Connection "";""",
        options => options with { Mode = LoadMode.KeepAlive, Connections = 6 }, cancel);

    [Test, CancelAfter(90_000)]
    public Task It_sees_none_while_it_posts(CancellationToken cancel) => ProveAsync(
        """proxy_http_version 1.1; proxy_set_header Connection "";""",
        options => options with
        {
            Mode = LoadMode.Upload,
            Connections = 6,
            Path = "/upload",
            BodyBytes = 1000,
            BodyTime = TimeSpan.FromMilliseconds(5),
            ExpectLength = 1000,
        },
        cancel);

    private async Task ProveAsync(
        string proxy, Func<LoadOptions, LoadOptions> with, CancellationToken cancel)
    {
        Peers.Require("nginx");
        var app = Temporary.File("app.sock");

        // As root, nginx works as www-data.
        File.SetUnixFileMode(Temporary.Path, File.GetUnixFileMode(Temporary.Path) | Everybody);
        await StartPoolAsync(app, cancel, Environment.IsPrivilegedProcess ? ["--chown-socket", "www-data"] : []);

        // nginx tells nobody which port it was given: it listens in the directory of the test.
        var front = new UnixDomainSocketEndPoint(Temporary.File("front.sock"));
        var configuration = Temporary.Write("nginx.conf", string.Create(CultureInfo.InvariantCulture, $$"""
            user www-data;
            daemon off;
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
              keepalive_requests 1000000;
              upstream app { server unix:{{app}} max_fails=0; {{(proxy.Length > 0 ? "keepalive 16;" : "")}} }
              server {
                listen unix:{{front}};
                location / { proxy_pass http://app; proxy_next_upstream off; {{proxy}} }
              }
            }
            """));
        var nginx = Start("nginx", "/usr/sbin/nginx", ["-c", configuration, "-p", Temporary.Path, "-e", "stderr"]);
        await Poll.UntilAsync(
            () => nginx.HasExited || Listens(front), () => string.Join("; ", nginx.Error.Lines), cancel);

        // nginx does not look whether a kept connection was closed before it sends on it: an idle one has to stay for
        // longer than nginx may have no processor.
        await LosesNothingAsync(front, release => Hello(release, ("ZERG_DRAIN_IDLE", "6s")), cancel, with);
    }

    private static bool Listens(UnixDomainSocketEndPoint front)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(front);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
