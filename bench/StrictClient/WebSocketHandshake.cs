using System.Security.Cryptography;
using System.Text;

namespace Zerg.StrictClient;

/// <summary>The opening handshake of RFC 6455, section 4.1.</summary>
internal sealed class WebSocketHandshake
{
    // The RFC wants a random key, but says it is no security measure: a fixed one makes runs alike.
    private const string Key = "emVyZy1wb29sLWNsaWVudA==";
    private const string KeySuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private static readonly string s_accept = ComputeAccept(Key);

    public WebSocketHandshake(LoadOptions options)
    {
        var text = $"GET {options.Path} HTTP/1.1\r\nHost: {options.Host}\r\n"
            + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Key}\r\n\r\n";
        Request = Encoding.Latin1.GetBytes(text);
    }

    public ReadOnlyMemory<byte> Request { get; }

    public static void Check(ResponseHead head)
    {
        if (head.Status != 101)
            throw new LossException(LossKind.BadReply, $"status {head.Status} instead of 101");
        if (head.WebSocketAccept != s_accept)
            throw new LossException(LossKind.BadReply, $"Sec-WebSocket-Accept is '{head.WebSocketAccept}'");
    }

    public static string ComputeAccept(string key)
    {
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1, as a check and not as a secret.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeySuffix)));
#pragma warning restore CA5350
    }
}
