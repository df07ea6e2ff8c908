using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ZergPool.Metrics;

/// <summary>
/// Tells the metrics over HTTP/1: one request a connection, few connections at a time, and whoever is slow is let go.
/// </summary>
internal sealed class MetricsServer(Socket listener, Pool pool)
{
    private const int MaxConnections = 16;
    private const string Kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lastPatience = TimeSpan.FromSeconds(1);

    /// <summary>Serves until it is told to freeze; what is being answered then is brought to its end.</summary>
    public async Task RunAsync(CancellationToken freeze)
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.RemoveAll(one => one.IsCompleted);
                if (served.Count < MaxConnections)
                    served.Add(ServeAsync(await Accepting.NextAsync(listener, pool, freeze), freeze));
                else
                    await Task.WhenAny(served).WaitAsync(freeze);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken freeze)
    {
        using var patience = new CancellationTokenSource(s_patience);
        await using var hurry = freeze.Register(() => patience.CancelAfter(s_lastPatience));
        try
        {
            if (await MetricsRequest.ReadAsync(socket, patience.Token) is { } status)
            {
                await SendAsync(socket, await AnswerAsync(status, patience.Token), patience.Token);
                await EndAsync(socket, status, patience);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException)
        {
            // Whoever asked is gone or too slow.
        }
        finally
        {
            socket.Dispose();
        }
    }

    private async Task<byte[]> AnswerAsync(HttpStatusCode status, CancellationToken cancel)
    {
        var isTold = status == HttpStatusCode.OK;
        var body = Encoding.UTF8.GetBytes(isTold ? await pool.MetricsAsync(cancel) : $"{(int)status} {Reason(status)}: GET /metrics\n");
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {(int)status} {Reason(status)}\r\nContent-Type: {(isTold ? Kind : "text/plain; charset=utf-8")}\r\n"
            + $"Content-Length: {body.Length}\r\n{(status == HttpStatusCode.MethodNotAllowed ? "Allow: GET\r\n" : "")}"
            + $"Cache-Control: no-store\r\nConnection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private static string Reason(HttpStatusCode status) => status switch
    {
        HttpStatusCode.OK => "OK",
        HttpStatusCode.NotFound => "Not Found",
        HttpStatusCode.MethodNotAllowed => "Method Not Allowed",
        HttpStatusCode.RequestHeaderFieldsTooLarge => "Request Header Fields Too Large",
        _ => "Bad Request",
    };

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        while (!data.IsEmpty)
            data = data[await socket.SendAsync(data, cancel)..];
    }

    // To close while something unread is there would reset the connection, and take the answer along.
    private static async Task EndAsync(Socket socket, HttpStatusCode status, CancellationTokenSource patience)
    {
        socket.Shutdown(SocketShutdown.Send);
        if (status == HttpStatusCode.OK)
            return;
        patience.CancelAfter(s_lastPatience);
        var rest = new byte[MetricsRequest.MaxHead];
        while (await socket.ReceiveAsync(rest, patience.Token) > 0)
        {
        }
    }
}
