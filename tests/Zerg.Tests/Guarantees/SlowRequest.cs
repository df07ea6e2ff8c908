using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Tests.Guarantees;

/// <summary>An upload whose last byte is sent when the test says so.</summary>
internal sealed class SlowRequest : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Where it comes from.</summary>
    public string Address => $"{_socket.LocalEndPoint}";

    /// <summary>Sends all of it but the last byte.</summary>
    public static async Task<SlowRequest> BeginAsync(IPEndPoint server, CancellationToken cancel)
    {
        var request = new SlowRequest();
        await request._socket.ConnectAsync(server, cancel);
        await request._socket.SendAsync(
            Encoding.ASCII.GetBytes("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n1"), cancel);
        return request;
    }

    /// <summary>Sends the last byte, and returns the beginning of the answer.</summary>
    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        await _socket.SendAsync("2"u8.ToArray(), cancel);
        var answer = new byte[1024];
        return Encoding.ASCII.GetString(answer, 0, await _socket.ReceiveAsync(answer, cancel));
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
