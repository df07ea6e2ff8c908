using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <summary>
/// Requests of the app itself, through a private connection that Kestrel cannot tell from an accepted one, so that
/// the whole pipeline has run before the first client comes: the first request of a cold process takes 100 ms.
/// </summary>
internal static class WarmUp
{
    private const int Rounds = 3;

    /// <exception cref="HttpRequestException">The app answers with an error of its own, or not at all.</exception>
    public static async Task RunAsync(ZergListener listener, string path, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = async (_, token) => new NetworkStream(await ConnectAsync(listener, token), true),
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("zergling-warm-up");
        var uri = new Uri("http://localhost/" + path.TrimStart('/'));
        for (var round = 0; round < Rounds; round++)
            await AskAsync(client, uri, listener.Protocols, cancel);
    }

    private static async Task AskAsync(HttpClient client, Uri uri, HttpProtocols protocols, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri)
        {
            // Without TLS there is nothing to agree by: only an endpoint that speaks nothing else speaks HTTP/2.
            Version = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        // The headers are enough: the first page of an app may be a stream that never ends.
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode >= HttpStatusCode.InternalServerError)
            throw new HttpRequestException($"the app answered {(int)response.StatusCode}");
    }

    private static async Task<Socket> ConnectAsync(ZergListener listener, CancellationToken cancel)
    {
        using var meeting = new TcpListener(IPAddress.Loopback, 0);
        meeting.Start(1);
        var ours = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await ours.ConnectAsync(meeting.LocalEndpoint, cancel);
            while (true)
            {
                // Whoever else came to this port is not for the app.
                var accepted = await meeting.AcceptSocketAsync(cancel);
                if (accepted.RemoteEndPoint!.Equals(ours.LocalEndPoint))
                {
                    listener.Deliver(accepted, isOwn: true);
                    return ours;
                }

                accepted.Dispose();
            }
        }
        catch
        {
            ours.Dispose();
            throw;
        }
    }
}
