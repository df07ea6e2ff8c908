using System.Net;
using System.Net.Sockets;

namespace Zerg.Tests.PeerServers;

/// <summary>One request by itself, over TCP or a UNIX socket.</summary>
internal static class HttpClients
{
    /// <summary>The release that answers.</summary>
    public static async Task<string> ReleaseAsync(EndPoint target, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var protocol = target is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
                var socket = new Socket(target.AddressFamily, SocketType.Stream, protocol);
                await socket.ConnectAsync(target, stop);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var response = await http.GetAsync(new Uri("http://localhost/"), cancel);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        return response.Headers.GetValues("X-Release").Single();
    }
}
