namespace Zerg.StrictClient;

/// <summary>
/// Decodes the Huffman code of RFC 7541, appendix B. The code is canonical, so the length of each symbol's code is
/// enough to rebuild it.
/// </summary>
internal static class Huffman
{
    private const int MaxBits = 30;

    private static readonly ushort[] s_symbols = new ushort[256];
    private static readonly int[] s_counts = new int[MaxBits + 1];

    static Huffman()
    {
        foreach (var length in Lengths)
            s_counts[length]++;
        var next = 0;
        for (var bits = 1; bits <= MaxBits; bits++)
        {
            for (var symbol = 0; symbol < Lengths.Length; symbol++)
            {
                if (Lengths[symbol] == bits)
                    s_symbols[next++] = (ushort)symbol;
            }
        }
    }

    /// <summary>The bits of each of the 256 symbols; that of 30 bits left is the end, never in a string.</summary>
    public static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    ];

    public static byte[] Decode(ReadOnlySpan<byte> input)
    {
        var output = new List<byte>(input.Length * 2);
        int code = 0, first = 0, index = 0, bits = 0;
        for (var i = 0; i < input.Length * 8; i++)
        {
            code |= (input[i >> 3] >> (7 - (i & 7))) & 1;
            bits++;
            var count = s_counts[bits];
            if (code - first < count)
            {
                output.Add((byte)s_symbols[index + code - first]);
                code = first = index = bits = 0;
                continue;
            }

            if (bits == MaxBits)
                throw new LossException(LossKind.BadReply, "bad Huffman code");
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        // What remains is padding: the first bits of a code of ones only, less than a byte.
        var isPadding = bits < 8 && (code >> 1) == (1 << bits) - 1;
        return isPadding ? [.. output] : throw new LossException(LossKind.BadReply, "bad Huffman padding");
    }
}
