using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Zerg.StrictClient;

/// <summary>Frames to be sent, gathered so that one write takes them all.</summary>
internal sealed class Http2Output(LoadOptions options)
{
    private readonly ArrayBufferWriter<byte> _writer = new(4096);
    private readonly byte[] _fields = EncodeFields(options);

    public ReadOnlyMemory<byte> Pending => _writer.WrittenMemory;

    public void Clear() => _writer.ResetWrittenCount();

    /// <summary>The preface of RFC 9113, section 3.4: no push, and larger windows than 64 KiB.</summary>
    public void AddPreface(int connectionWindow, int streamWindow)
    {
        _writer.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Span<byte> settings = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(settings, Http2Frame.EnablePush);
        BinaryPrimitives.WriteUInt32BigEndian(settings[2..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(settings[6..], Http2Frame.InitialWindowSize);
        BinaryPrimitives.WriteInt32BigEndian(settings[8..], streamWindow);
        Add(Http2Frame.Settings, 0, 0, settings);
        AddWindowUpdate(0, connectionWindow - ushort.MaxValue);
    }

    public void AddRequest(int streamId) =>
        Add(Http2Frame.Headers, Http2Frame.EndStream | Http2Frame.EndHeaders, streamId, _fields);

    public void AddWindowUpdate(int streamId, int bytes) => AddNumber(Http2Frame.WindowUpdate, streamId, (uint)bytes);

    public void AddReset(int streamId, uint code) => AddNumber(Http2Frame.RstStream, streamId, code);

    public void AddGoAway() => Add(Http2Frame.GoAway, 0, 0, stackalloc byte[8]);

    public void Add(byte type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        new Http2Frame(payload.Length, type, flags, streamId).Write(_writer.GetSpan(Http2Frame.HeaderBytes));
        _writer.Advance(Http2Frame.HeaderBytes);
        _writer.Write(payload);
    }

    private void AddNumber(byte type, int streamId, uint number)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, number);
        Add(type, 0, streamId, payload);
    }

    /// <summary>GET and http by their index in the static table, the others as literals not to be indexed.</summary>
    private static byte[] EncodeFields(LoadOptions options)
    {
        var block = new List<byte> { 0x82, 0x86 };
        AddLiteral(block, 0x04, options.Path);
        AddLiteral(block, 0x01, options.Host);
        return [.. block];
    }

    private static void AddLiteral(List<byte> block, byte nameIndex, string value)
    {
        block.Add(nameIndex);
        var left = value.Length - 0x7F;
        block.Add((byte)Math.Min(value.Length, 0x7F));
        if (left >= 0)
        {
            for (; left >= 0x80; left >>= 7)
                block.Add((byte)(left | 0x80));
            block.Add((byte)left);
        }

        block.AddRange(Encoding.Latin1.GetBytes(value));
    }
}
