using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ZergPool.Metrics;

/// <summary>What somebody asks over HTTP/1: its head, of which only the first line matters.</summary>
internal static class MetricsRequest
{
    /// <summary>The most that a head may have.</summary>
    public const int MaxHead = 4 * 1024;

    /// <summary>Reads one, and says how it is to be answered; null when there was none.</summary>
    public static async Task<HttpStatusCode?> ReadAsync(Socket socket, CancellationToken cancel)
    {
        var head = new byte[MaxHead];
        var filled = 0;
        while (!IsWhole(head.AsSpan(0, filled)))
        {
            if (filled == head.Length)
                return HttpStatusCode.RequestHeaderFieldsTooLarge;
            var count = await socket.ReceiveAsync(head.AsMemory(filled), cancel);
            if (count == 0)
                return filled == 0 ? null : HttpStatusCode.BadRequest;
            filled += count;
        }

        return Judge(Encoding.Latin1.GetString(head, 0, head.AsSpan().IndexOf((byte)'\n')).TrimEnd('\r'));
    }

    private static bool IsWhole(ReadOnlySpan<byte> head)
        => head.IndexOf("\r\n\r\n"u8) >= 0 || head.IndexOf("\n\n"u8) >= 0;

    private static HttpStatusCode Judge(string line) => line.Split(' ') switch
    {
        [var method, _, "HTTP/1.1" or "HTTP/1.0"] when method is not "GET" => HttpStatusCode.MethodNotAllowed,
        ["GET", var target, "HTTP/1.1" or "HTTP/1.0"]
            => target.Split('?')[0] is "/" or "/metrics" ? HttpStatusCode.OK : HttpStatusCode.NotFound,
        _ => HttpStatusCode.BadRequest,
    };
}
