using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Bench;

/// <summary>A client that asks again and again, until it is a certain release that answers.</summary>
internal static class FirstAnswer
{
    private const int BufferLength = 4096;

    private static readonly byte[] s_request
        = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>How many milliseconds after a moment it had that answer.</summary>
    /// <param name="server">Where it asks, one connection a request.</param>
    /// <param name="release">Who is to answer.</param>
    /// <param name="began">That moment, of <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<double> OfAsync(IPEndPoint server, string release, long began, CancellationToken cancel)
    {
        while (!await IsAsync(server, release, cancel))
        {
            if (Stopwatch.GetElapsedTime(began) >= s_patience)
                throw new TimeoutException($"release '{release}' did not answer within {s_patience.TotalSeconds:0} s");
            await Task.Delay(s_pause, cancel);
        }

        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static async Task<bool> IsAsync(IPEndPoint server, string release, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server, cancel);
            await socket.SendAsync(s_request, cancel);
            var buffer = new byte[BufferLength];
            var length = await socket.ReceiveAsync(buffer, cancel);
            return Encoding.ASCII.GetString(buffer, 0, length)
                .Contains($"X-Release: {release}\r\n", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            // Nobody listens there yet.
            return false;
        }
    }
}
