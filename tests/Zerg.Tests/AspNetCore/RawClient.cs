using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Tests.AspNetCore;

/// <summary>HTTP/1.1 over one socket, written by hand: no retry, no second connection, nothing that hides a loss.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    private readonly byte[] _buffer = new byte[64 * 1024];

    public static async Task<RawClient> ConnectAsync(int port, CancellationToken cancel)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
        return client;
    }

    public Task SendAsync(string path, CancellationToken cancel)
        => SendTextAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n", cancel);

    public async Task SendTextAsync(string text, CancellationToken cancel)
        => await _socket.SendAsync(Encoding.ASCII.GetBytes(text), cancel);

    public async Task<string> AskAsync(string path, CancellationToken cancel)
    {
        await SendAsync(path, cancel);
        return await AnswerAsync(cancel);
    }

    /// <summary>One response with its Content-Length, or what came before the end of the stream.</summary>
    public async Task<string> AnswerAsync(CancellationToken cancel)
    {
        var text = new StringBuilder();
        while (true)
        {
            var count = await _socket.ReceiveAsync(_buffer, cancel);
            text.Append(Encoding.Latin1.GetString(_buffer, 0, count));
            if (count == 0 || IsWhole(text.ToString()))
                return text.ToString();
        }
    }

    /// <summary>Reads on until this has come.</summary>
    public async Task PassAsync(string text, CancellationToken cancel)
    {
        var read = new StringBuilder();
        while (!read.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await _socket.ReceiveAsync(_buffer, cancel);
            if (count == 0)
                throw new AssertionException($"the stream ended without '{text}': {read}");
            read.Append(Encoding.Latin1.GetString(_buffer, 0, count));
        }
    }

    /// <summary>Waits for the end of the stream; a reset throws.</summary>
    public async Task<int> ReceiveAsync(CancellationToken cancel) => await _socket.ReceiveAsync(_buffer, cancel);

    /// <summary>Waits for an end of whatever kind.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        try
        {
            while (await ReceiveAsync(cancel) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // An aborted connection ends so.
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        const string Length = "Content-Length: ";
        var at = text.IndexOf(Length, StringComparison.Ordinal);
        if (at < 0)
            return text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        var line = text[(at + Length.Length)..text.IndexOf('\r', at)];
        return text.Length >= end + 4 + int.Parse(line, CultureInfo.InvariantCulture);
    }
}
