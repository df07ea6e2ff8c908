using System.Buffers.Binary;

namespace Zerg.StrictClient;

/// <summary>An unfragmented frame of RFC 6455, section 5.2.</summary>
internal readonly record struct WebSocketFrame(byte Opcode, int HeaderBytes, int PayloadBytes)
{
    public const byte Text = 0x1;
    public const byte Close = 0x8;
    public const byte Ping = 0x9;
    public const byte Pong = 0xA;

    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const int MaskBytes = 4;

    public int TotalBytes => HeaderBytes + PayloadBytes;

    /// <summary>Reads a server's frame header; false when it has not come whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out WebSocketFrame frame)
    {
        frame = default;
        if (input.Length < 2)
            return false;
        var length = input[1] & 0x7F;
        if ((input[0] & 0xF0) != Final || (input[1] & Masked) != 0 || length == 127)
            throw new LossException(LossKind.BadReply, $"a frame that begins with 0x{input[0]:x2}{input[1]:x2}");
        var headerBytes = length == 126 ? 4 : 2;
        if (input.Length < headerBytes)
            return false;
        var payloadBytes = length == 126 ? BinaryPrimitives.ReadUInt16BigEndian(input[2..]) : length;
        frame = new WebSocketFrame((byte)(input[0] & 0x0F), headerBytes, payloadBytes);
        return true;
    }

    /// <summary>Writes a client's frame, masked as it must be; the payload has at most 125 bytes.</summary>
    public static int Write(Span<byte> output, byte opcode, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> mask = [0x5A, 0x45, 0x52, 0x47];
        output[0] = (byte)(Final | opcode);
        output[1] = (byte)(Masked | payload.Length);
        mask.CopyTo(output[2..]);
        for (var i = 0; i < payload.Length; i++)
            output[2 + MaskBytes + i] = (byte)(payload[i] ^ mask[i % MaskBytes]);
        return 2 + MaskBytes + payload.Length;
    }
}
