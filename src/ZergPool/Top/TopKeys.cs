namespace ZergPool.Top;

/// <summary>Reads keys out of what a terminal sends.</summary>
internal static class TopKeys
{
    private const byte Escape = 0x1b;
    private const byte CtrlC = 3;

    /// <summary>Whether more may belong to the last of these bytes.</summary>
    public static bool IsUnfinished(ReadOnlySpan<byte> data)
        => data is [.., Escape] or [.., Escape, (byte)'[' or (byte)'O'];

    /// <summary>The keys in these bytes; sequences of escape that mean nothing here are one key each.</summary>
    public static IEnumerable<TopKey> Read(byte[] data)
    {
        for (var at = 0; at < data.Length; at++)
        {
            if (data[at] == Escape && at + 1 < data.Length && data[at + 1] is (byte)'[' or (byte)'O')
            {
                // Parameters, and the letter that ends it: ECMA-48.
                for (at += 2; at < data.Length - 1 && data[at] is < 0x40 or > 0x7e; at++)
                    continue;
                yield return at < data.Length ? Arrow(data[at]) : TopKey.Other;
            }
            else
            {
                yield return Letter(data[at]);
            }
        }
    }

    private static TopKey Arrow(byte end) => end switch
    {
        (byte)'A' => TopKey.Up,
        (byte)'B' => TopKey.Down,
        _ => TopKey.Other,
    };

    private static TopKey Letter(byte letter) => letter switch
    {
        (byte)'k' => TopKey.Up,
        (byte)'j' => TopKey.Down,
        (byte)'p' => TopKey.Pause,
        (byte)'r' => TopKey.Resume,
        (byte)'d' => TopKey.Drain,
        (byte)'b' => TopKey.RollBack,
        (byte)'y' => TopKey.Yes,
        (byte)'q' => TopKey.Quit,
        CtrlC => TopKey.Interrupt,
        _ => TopKey.Other,
    };
}
