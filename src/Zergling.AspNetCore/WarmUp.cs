using System.Net;
using System.Net.Security;
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

    /// <summary>Asks on one listener of each kind.</summary>
    /// <returns>A status that says that the app itself may have answered none of the requests; else null.</returns>
    /// <exception cref="HttpRequestException">The app answers with an error of its own, or not at all.</exception>
    public static async Task<int?> RunAsync(
        IEnumerable<ZergListener> listeners, WarmUpTarget target, CancellationToken cancel)
    {
        var answers = new List<int>();
        foreach (var listener in listeners.DistinctBy(listener => listener.IsSecure))
            answers.Add(await RunAsync(listener, target, cancel));

        // One that only redirects to the other is as it should be.
        return answers.TrueForAll(IsLukewarm) ? answers.FirstOrDefault() : null;
    }

    private static async Task<int> RunAsync(ZergListener listener, WarmUpTarget target, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectCallback = async (_, token) => new NetworkStream(await ConnectAsync(listener, token), true),

            // The app asks itself: whom its certificate names is for its clients to judge.
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("zergling-warm-up");
        var uri = new Uri($"{(listener.IsTls ? "https" : "http")}://{target.Host}/{target.Path}");
        var status = 0;
        for (var round = 0; round < Rounds; round++)
            status = await AskAsync(client, uri, listener, cancel);
        return status;
    }

    private static async Task<int> AskAsync(
        HttpClient client, Uri uri, ZergListener listener, CancellationToken cancel)
    {
        // Without TLS there is nothing to agree by: only an endpoint that speaks nothing else speaks HTTP/2.
        var isHttp2 = listener.IsTls || listener.Protocols == HttpProtocols.Http2;
        using var request = new HttpRequestMessage(HttpMethod.Get, uri)
        {
            Version = isHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = listener.IsTls
                ? HttpVersionPolicy.RequestVersionOrLower
                : HttpVersionPolicy.RequestVersionExact,
        };

        // The headers are enough: the first page of an app may be a stream that never ends.
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.StatusCode >= HttpStatusCode.InternalServerError)
            throw new HttpRequestException($"the app answered {(int)response.StatusCode}");
        return (int)response.StatusCode;
    }

    // What a filter before the app answers: a host it does not know, a path nobody asks for, the way to another place.
    private static bool IsLukewarm(int status) => status is 400 or 404 or (>= 300 and < 400);

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
                    listener.DeliverOwn(accepted);
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
