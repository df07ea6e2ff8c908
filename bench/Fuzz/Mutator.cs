using System.Text;

namespace Zerg.Fuzz;

/// <summary>Makes an input out of others: bytes, words of the grammar, lines, numbers, and at times a bomb.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<string> tokens)
{
    /// <summary>The longest input.</summary>
    public const int MaxLength = 64 * 1024;

    private const int BombsEvery = 64;

    private static readonly byte[][] s_hard =
    [
        .. new[]
        {
            "0", "-1", "1", "2147483647", "2147483648", "-2147483649", "9223372036854775808", "65536", "1e999", "0x10",
            "99999999999999999999999999", "\0", "\r\n", "\n", "\t", "\u001b[2J", "\u0085", "\u2028", "\uFEFF",
            "é", "😀",
            "\\ud800", "\"", "'", "\\", " ", "true", "null", "/../", "\\u0000",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82],
    ];

    private readonly byte[][] _tokens = [.. tokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Some steps away from an input, with parts of another.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        for (var n = 1 << random.Next(5); n > 0; n--)
            Step(bytes, other);
        if (random.Next(BombsEvery) == 0)
            Repeat(bytes);
        return bytes.Count <= MaxLength ? [.. bytes] : [.. bytes.Take(MaxLength)];
    }

    private void Step(List<byte> bytes, byte[] other)
    {
        var (at, length) = Range(bytes);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.Insert(at, (byte)random.Next(256));
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, Word());
                break;
            case 5:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Word());
                break;
            case 6:
                Number(bytes, at);
                break;
            case 7 when other.Length > 0:
                var from = random.Next(other.Length);
                var some = random.Next(Math.Min(other.Length - from, 200) + 1);
                bytes.InsertRange(at, other.AsSpan(from, some).ToArray());
                break;
            default:
                Line(bytes, at);
                break;
        }
    }

    private byte[] Word() => _tokens.Length > 0 && random.Next(3) > 0
        ? _tokens[random.Next(_tokens.Length)]
        : s_hard[random.Next(s_hard.Length)];

    private (int At, int Length) Range(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        return (at, Math.Min(random.Next(1, 1 << random.Next(1, 7)), bytes.Count - at));
    }

    private void Number(List<byte> bytes, int at)
    {
        var start = bytes.FindIndex(Math.Min(at, bytes.Count), one => one is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
            return;
        var end = start;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, random.Next(2) == 0
            ? s_hard[random.Next(12)]
            : Encoding.ASCII.GetBytes($"{random.NextInt64() >> random.Next(64)}"));
    }

    private void Line(List<byte> bytes, int at)
    {
        var start = at == 0 ? 0 : bytes.LastIndexOf((byte)'\n', Math.Min(at, bytes.Count) - 1) + 1;
        var end = bytes.IndexOf((byte)'\n', start);
        var line = bytes.GetRange(start, (end < 0 ? bytes.Count : end + 1) - start);
        if (random.Next(2) == 0)
            bytes.RemoveRange(start, line.Count);
        var to = bytes.IndexOf((byte)'\n', random.Next(bytes.Count + 1));
        bytes.InsertRange(to < 0 ? bytes.Count : to + 1, line);
    }

    // What is deep, long or many.
    private void Repeat(List<byte> bytes)
    {
        var (at, length) = Range(bytes);
        var piece = random.Next(2) == 0 ? Word() : [.. bytes.GetRange(at, length)];
        if (piece.Length > 0)
        {
            var times = random.Next(1, MaxLength / piece.Length);
            bytes.InsertRange(at, Enumerable.Repeat(piece, times).SelectMany(one => one));
        }
    }
}
