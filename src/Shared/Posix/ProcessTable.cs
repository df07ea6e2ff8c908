using System.Buffers.Text;

namespace Zerg.Posix;

/// <summary>Parents of processes and their ends, from /proc/PID/stat: proc(5).</summary>
internal static class ProcessTable
{
    // PF_EXITING of the kernel's include/linux/sched.h.
    private const uint Exiting = 4;

    // A pid that is used again meanwhile could close a circle.
    private const int MaxDepth = 64;

    // Enough for a name of 16 bytes and the fields up to the parent; of what is behind them nothing is needed.
    private const int StatusSize = 256;
    private const int ParentAt = 3;

    private static readonly Lazy<bool> s_isOfThisNamespace = new(() => Numbers("/proc/self/status") <= 1);

    /// <summary>
    /// Whether /proc tells of the numbers that this program knows processes by. The /proc of another pid namespace, where
    /// one was entered and none mounted, has other numbers for them.
    /// </summary>
    public static bool IsOfThisNamespace => s_isOfThisNamespace.Value;

    /// <summary>The parent's process id, 0 when there is none or the process is gone.</summary>
    public static int Parent(int pid)
    {
        // Asked of every process there is, and now and then again: nothing is to be left behind by that.
        Span<byte> status = stackalloc byte[StatusSize];
        try
        {
            using var file = File.OpenHandle($"/proc/{pid}/stat", share: FileShare.ReadWrite);
            status = status[..RandomAccess.Read(file, status, 0)];
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return 0;
        }

        // "pid (comm) S ppid ..."
        var rest = status[(status.LastIndexOf((byte)')') + 1)..];
        return rest.Length > ParentAt && Utf8Parser.TryParse(rest[ParentAt..], out int parent, out _) ? parent : 0;
    }

    /// <summary>Whether a process is ending or gone; it may have descriptors still that it has not come to close.</summary>
    public static bool IsExiting(int pid) => Fields(pid) is not { } fields
        || (uint.Parse(fields[6], System.Globalization.CultureInfo.InvariantCulture) & Exiting) != 0;

    /// <summary>When it started, in clock ticks since the machine did; null when it is gone.</summary>
    public static ulong? Started(int pid) => Fields(pid) is { } fields
        ? ulong.Parse(fields[19], System.Globalization.CultureInfo.InvariantCulture)
        : null;

    /// <summary>Every process that this user can see.</summary>
    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0).Where(pid => pid > 0);

    /// <summary>A process and its descendants.</summary>
    public static IEnumerable<int> Family(int ancestor) => Family([ancestor]);

    /// <summary>Processes and their descendants.</summary>
    public static IReadOnlyList<int> Family(IReadOnlyCollection<int> ancestors)
    {
        var parents = All().ToDictionary(pid => pid, Parent);
        return [.. parents.Keys.Where(pid => Descends(pid))];

        bool Descends(int pid)
        {
            for (var steps = 0; pid > 0 && steps < MaxDepth; steps++)
            {
                if (ancestors.Contains(pid))
                    return true;
                pid = parents.GetValueOrDefault(pid);
            }

            return false;
        }
    }

    /// <summary>The process, its parent, and so on up to the first of all.</summary>
    public static IEnumerable<int> Ancestry(int pid)
    {
        for (var steps = 0; pid > 0 && steps < MaxDepth; steps++)
        {
            yield return pid;
            pid = Parent(pid);
        }
    }

    /// <summary>What a process has used; null when it is gone or another user's that is hidden.</summary>
    public static ProcessFigures? Figures(int pid)
    {
        if (Fields(pid) is not { } fields)
            return null;
        ulong Number(int field) => ulong.Parse(fields[field], System.Globalization.CultureInfo.InvariantCulture);
        return new ProcessFigures(
            (int)Number(1), Number(19), Number(11) + Number(12), (long)Number(21) * Environment.SystemPageSize);
    }

    /// <summary>Memory in bytes, what it shares divided by those who do; null for who may not know.</summary>
    public static long? ProportionalMemory(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup")
                .FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibi, _]
                ? long.Parse(kibi, System.Globalization.CultureInfo.InvariantCulture) * 1024 : null;
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    // "NSpid: 4711 12": one for each namespace, from that of /proc down to the innermost.
    private static int Numbers(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal)) is { } line
                ? line.Split('\t', StringSplitOptions.RemoveEmptyEntries).Length - 1 : 0;
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return 0;
        }
    }

    // "pid (comm) state ppid pgrp session tty tpgid flags ...": the name may hold blanks and brackets, so these are
    // the fields from the state on.
    private static string[]? Fields(int pid)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }
}
