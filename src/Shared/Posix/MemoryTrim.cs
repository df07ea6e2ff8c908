using System.Globalization;
using System.Runtime;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>Gives back memory that only the start needed; what is needed again comes back by itself, page by page.</summary>
internal static class MemoryTrim
{
    private const int MADV_DONTNEED = 4;
    private const int MADV_PAGEOUT = 21;

    private const long Nursery = 8 << 20;

    private static long s_allocated;
    private static List<(ulong Start, ulong Length)>? s_cleanMappings;
    private static List<(ulong Start, ulong Length)>? s_dataMappings;

    /// <summary>Collects all garbage and compacts what is left; takes some milliseconds.</summary>
    public static void Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>
    /// Collects what is young once 8 MiB have been allocated, in about a millisecond. The runtime by itself waits for as
    /// much as the processor's cache holds, hundreds of MiB on some.
    /// </summary>
    public static void BoundNursery()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        if (allocated - s_allocated < Nursery)
            return;
        s_allocated = allocated;
        GC.Collect(1, GCCollectionMode.Forced, blocking: true);
    }

    /// <summary>
    /// Lets go of the pages of this program's own files: the kernel maps 64 KiB around each page that is touched. What
    /// was written to exists nowhere else: of such a mapping the kernel takes the clean pages alone, and does so for
    /// root and the owner of the file, see MADV_PAGEOUT in madvise(2).
    /// </summary>
    public static void DropFilePages()
    {
        if (s_cleanMappings is null || s_dataMappings is null)
        {
            try
            {
                (s_cleanMappings, s_dataMappings) = FileMappings();
            }
            catch (IOException)
            {
                // No descriptor for it now.
                return;
            }
        }

        foreach (var (start, length) in s_cleanMappings)
            _ = Libc.madvise((nint)start, (nuint)length, MADV_DONTNEED);
        foreach (var (start, length) in MayPageOut() ? s_dataMappings : [])
            _ = Libc.madvise((nint)start, (nuint)length, MADV_PAGEOUT);
    }

    // For others it would write to a swap space what this program has written.
    private static bool MayPageOut()
        => Syscall.geteuid() is var own && (own == 0 || (Syscall.stat("/proc/self/exe", out var file) == 0 && file.st_uid == own));

    // /proc/self/smaps, proc(5): a header line for each mapping, then its counters.
    private static (List<(ulong Start, ulong Length)> Clean, List<(ulong Start, ulong Length)> Data) FileMappings()
    {
        var clean = new List<(ulong, ulong)>();
        var data = new List<(ulong, ulong)>();
        (ulong Start, ulong Length)? candidate = null;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.Length > 0 && char.IsAsciiHexDigitLower(line[0]))
                candidate = Candidate(line);
            else if (candidate is { } mapping && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == "0")
                    clean.Add(mapping);
                else
                    data.Add(mapping);
                candidate = null;
            }
        }

        return (clean, data);
    }

    // "7f00-7f10 r-xp 00000000 08:01 123  /path"
    private static (ulong, ulong)? Candidate(string line)
    {
        var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 6 || !fields[5].StartsWith('/') || fields[1] is not ("r-xp" or "r--p" or "rw-p"))
            return null;
        var range = fields[0].Split('-');
        var start = ulong.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (start, ulong.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) - start);
    }
}
