using System.Buffers;
using System.Text;

namespace Zerg.StrictClient;

/// <summary>A strict reader of HTTP/1.x response heads (RFC 9112): anything loose is a bad reply.</summary>
internal static class Http1Parser
{
    private static readonly SearchValues<byte> s_token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    /// <summary>Reads a head into <paramref name="head"/>; false when its end has not come yet.</summary>
    public static bool TryParse(ReadOnlySpan<byte> input, ResponseHead head, out int consumed)
    {
        var end = input.IndexOf("\r\n\r\n"u8);
        consumed = end + 4;
        if (end < 0)
        {
            consumed = 0;
            return input.IsEmpty || StartsLikeHttp(input) ? false : throw BadLine("status line", input);
        }

        head.Reset();
        var lines = input[..(end + 2)];
        ParseStatus(TakeLine(ref lines), head);
        while (!lines.IsEmpty)
            ParseField(TakeLine(ref lines), head);
        if (head is { IsChunked: true, ContentLength: not null })
            throw new LossException(LossKind.BadReply, "both Content-Length and Transfer-Encoding");
        return true;
    }

    private static bool StartsLikeHttp(ReadOnlySpan<byte> input)
    {
        var known = "HTTP/1."u8;
        return input.Length < known.Length ? known.StartsWith(input) : input.StartsWith(known);
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> lines)
    {
        var length = lines.IndexOf("\r\n"u8);
        var line = lines[..length];
        lines = lines[(length + 2)..];
        return line.IndexOfAny((byte)'\r', (byte)'\n') < 0 ? line : throw BadLine("line end", line);
    }

    private static void ParseStatus(ReadOnlySpan<byte> line, ResponseHead head)
    {
        var isValid = line.Length >= 12 && (line.StartsWith("HTTP/1.1 "u8) || line.StartsWith("HTTP/1.0 "u8))
            && line[9] is >= (byte)'1' and <= (byte)'9' && IsDigit(line[10]) && IsDigit(line[11])
            && (line.Length == 12 || line[12] == ' ');
        if (!isValid)
            throw BadLine("status line", line);
        head.IsHttp10 = line[7] == '0';
        head.Status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    }

    private static void ParseField(ReadOnlySpan<byte> line, ResponseHead head)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(s_token))
            throw BadLine("header line", line);
        head.Add(line[..colon], line[(colon + 1)..].Trim(" \t"u8));
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private static LossException BadLine(string what, ReadOnlySpan<byte> line) =>
        new(LossKind.BadReply, $"bad {what} '{Encoding.Latin1.GetString(line[..Math.Min(60, line.Length)])}'");
}
