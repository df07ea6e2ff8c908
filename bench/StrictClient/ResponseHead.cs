using System.Buffers.Text;
using System.Text;

namespace Zerg.StrictClient;

/// <summary>What the client wants to know of a response's header fields; the same for HTTP/1.1 and HTTP/2.</summary>
internal sealed class ResponseHead(ReleaseTable releases)
{
    private bool _keepAlive;
    private bool _hasRelease;

    public int Status { get; set; }

    public bool IsHttp10 { get; set; }

    public long? ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    public bool SaysClose { get; private set; }

    public string? WebSocketAccept { get; private set; }

    public ReleaseCounter? Release { get; private set; }

    /// <summary>Whether the server gave notice that it closes the connection after this response.</summary>
    public bool Closes => SaysClose || (IsHttp10 && !_keepAlive);

    public void Reset()
    {
        Status = 0;
        IsHttp10 = IsChunked = SaysClose = _keepAlive = false;
        ContentLength = null;
        WebSocketAccept = null;
        _hasRelease = false;
    }

    /// <summary>The counter to which the response belongs, known once its head is complete.</summary>
    public ReleaseCounter FinalRelease() => Release = _hasRelease ? Release! : releases.Find([], Release);

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 9 when Ascii.EqualsIgnoreCase(name, "x-release"u8):
                Release = releases.Find(value, Release);
                _hasRelease = true;
                break;
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                AddConnection(value);
                break;
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                AddLength(value);
                break;
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                if (IsChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
                    throw Bad("Transfer-Encoding", value);
                IsChunked = true;
                break;
            case 20 when Ascii.EqualsIgnoreCase(name, "sec-websocket-accept"u8):
                WebSocketAccept = Encoding.Latin1.GetString(value);
                break;
        }
    }

    private void AddConnection(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(option, "close"u8))
                SaysClose = true;
            else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
                _keepAlive = true;
        }
    }

    private void AddLength(ReadOnlySpan<byte> value)
    {
        var isNumber = Utf8Parser.TryParse(value, out long length, out var used) && used == value.Length
            && value[0] is >= (byte)'0' and <= (byte)'9';
        if (!isNumber || (ContentLength is { } before && before != length))
            throw Bad("Content-Length", value);
        ContentLength = length;
    }

    private static LossException Bad(string name, ReadOnlySpan<byte> value) =>
        new(LossKind.BadReply, $"bad {name} '{Encoding.Latin1.GetString(value)}'");
}
