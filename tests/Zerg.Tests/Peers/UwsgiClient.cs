using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Tests.PeerServers;

/// <summary>A client of the uwsgi protocol: a packet of variables, and the answer until the end.</summary>
internal static class UwsgiClient
{
    private const int HeaderLength = 4;

    /// <summary>The whole answer, head and body.</summary>
    public static async Task<string> GetAsync(EndPoint target, string path, CancellationToken cancel)
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target, cancel);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(
            Packet(
                ("REQUEST_METHOD", "GET"), ("REQUEST_URI", path), ("PATH_INFO", path), ("QUERY_STRING", ""),
                ("SERVER_PROTOCOL", "HTTP/1.1"), ("SERVER_NAME", "localhost"), ("SERVER_PORT", "80")),
            cancel);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(cancel);
    }

    // modifier1 (0: a WSGI request), the length in 16 bits, modifier2; then each text after its length in 16 bits.
    private static byte[] Packet(params (string Name, string Value)[] variables)
    {
        var body = new MemoryStream();
        foreach (var text in variables.SelectMany(variable => new[] { variable.Name, variable.Value }))
        {
            body.Write(Length(text.Length));
            body.Write(Encoding.Latin1.GetBytes(text));
        }

        var packet = new byte[HeaderLength + body.Length];
        Length((int)body.Length).CopyTo(packet, 1);
        body.ToArray().CopyTo(packet, HeaderLength);
        return packet;
    }

    private static byte[] Length(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, checked((ushort)value));
        return bytes;
    }
}
