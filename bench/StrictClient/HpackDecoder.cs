namespace Zerg.StrictClient;

/// <summary>Decodes header blocks (RFC 7541); one for each HTTP/2 connection, for it has a state.</summary>
internal sealed class HpackDecoder
{
    public const int MaxTableSize = 4096;

    private readonly HpackTable _table = new();

    public delegate void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    public void Decode(ReadOnlySpan<byte> block, OnField onField)
    {
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0x80) != 0)
            {
                var (name, value) = _table[ReadInteger(ref block, 7)];
                onField(name, value);
            }
            else if ((first & 0xE0) == 0x20)
            {
                _table.Resize(ReadInteger(ref block, 5));
            }
            else
            {
                var isIndexed = (first & 0x40) != 0;
                var index = ReadInteger(ref block, isIndexed ? 6 : 4);
                var name = index == 0 ? ReadString(ref block) : _table[index].Name;
                var value = ReadString(ref block);
                onField(name, value);
                if (isIndexed)
                    _table.Add(name, value);
            }
        }
    }

    private static int ReadInteger(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        var mask = (1 << prefixBits) - 1;
        var value = ReadByte(ref block) & mask;
        if (value < mask)
            return value;
        for (var shift = 0; shift <= 21; shift += 7)
        {
            var next = ReadByte(ref block);
            value += (next & 0x7F) << shift;
            if ((next & 0x80) == 0)
                return value;
        }

        throw new LossException(LossKind.BadReply, "a HPACK integer too large");
    }

    private static byte[] ReadString(ref ReadOnlySpan<byte> block)
    {
        var isHuffman = !block.IsEmpty && (block[0] & 0x80) != 0;
        var length = ReadInteger(ref block, 7);
        if (length > block.Length)
            throw new LossException(LossKind.BadReply, "a HPACK string beyond its block");
        var text = block[..length];
        block = block[length..];
        return isHuffman ? Huffman.Decode(text) : text.ToArray();
    }

    private static byte ReadByte(ref ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty)
            throw new LossException(LossKind.BadReply, "a HPACK block cut short");
        var value = block[0];
        block = block[1..];
        return value;
    }
}
