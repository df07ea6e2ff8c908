using SharpFuzz;
using SharpFuzz.Common;

namespace Zerg.Fuzz;

/// <summary>
/// Which branches inputs have taken, as SharpFuzz counts them in assemblies that it has instrumented; of those that it
/// has not, nothing.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int Size = 64 * 1024;

    // One for all: what is instrumented writes to it at any time.
    private static readonly byte[] s_map = GC.AllocateArray<byte>(Size, pinned: true);

    private readonly byte[] _seen = new byte[Size];

    static Coverage()
    {
        fixed (byte* map = s_map)
            Trace.SharedMem = map;
    }

    /// <summary>Branches that were ever taken.</summary>
    public int Branches => Size - _seen.AsSpan().Count((byte)0);

    /// <summary>Counts in the copies of our assemblies that lie in a folder.</summary>
    public static void Instrument(string folder)
    {
        foreach (var name in new[] { "Zerg.dll", "zergpool.dll", "zergling.dll" })
            Fuzzer.Instrument(Path.Combine(folder, name), _ => true, Options.Value);
    }

    /// <summary>Forgets the branches of the last input, not that they were taken.</summary>
    public static void Begin()
    {
        s_map.AsSpan().Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether an input took a branch that none took before, or far more often.</summary>
    public bool Grew()
    {
        var grew = false;
        var map = s_map.AsSpan();
        for (var at = 0; (at = Next(map, at)) >= 0; at++)
        {
            var bucket = (byte)(1 << (7 - byte.LeadingZeroCount(map[at])));
            grew |= (_seen[at] & bucket) == 0;
            _seen[at] |= bucket;
        }

        return grew;
    }

    private static int Next(ReadOnlySpan<byte> map, int from)
    {
        var next = from < map.Length ? map[from..].IndexOfAnyExcept((byte)0) : -1;
        return next < 0 ? -1 : from + next;
    }
}
