using System.Globalization;
using System.Runtime;

namespace Zerg.Posix;

/// <summary>Gives back memory that only the start needed; what is needed again comes back by itself, page by page.</summary>
internal static class MemoryTrim
{
    private const int MADV_DONTNEED = 4;

    private static List<(ulong Start, ulong Length)>? s_cleanMappings;

    /// <summary>Collects all garbage and compacts what is left; takes some milliseconds.</summary>
    public static void Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>
    /// Lets go of the pages of this program's own files: the kernel maps 64 KiB around each page that is touched.
    /// Only clean mappings: what was written to exists nowhere else.
    /// </summary>
    public static void DropFilePages()
    {
        foreach (var (start, length) in s_cleanMappings ??= CleanFileMappings())
            _ = Libc.madvise((nint)start, (nuint)length, MADV_DONTNEED);
    }

    // /proc/self/smaps, proc(5): a header line for each mapping, then its counters.
    private static List<(ulong Start, ulong Length)> CleanFileMappings()
    {
        var clean = new List<(ulong, ulong)>();
        (ulong Start, ulong Length)? candidate = null;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Length > 0 && char.IsAsciiHexDigitLower(line[0]))
                candidate = Candidate(line);
            else if (candidate is { } mapping && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == "0")
                    clean.Add(mapping);
                candidate = null;
            }
        }

        return clean;
    }

    // "7f00-7f10 r-xp 00000000 08:01 123  /path"
    private static (ulong, ulong)? Candidate(string line)
    {
        var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 6 || !fields[5].StartsWith('/') || fields[1] is not ("r-xp" or "r--p"))
            return null;
        var range = fields[0].Split('-');
        var start = ulong.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (start, ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start);
    }
}
