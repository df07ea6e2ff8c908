using System.Globalization;

namespace Zerg.Bench;

/// <summary>The memory and descriptors of a process and its descendants, as the kernel counts them.</summary>
/// <param name="Pss">KiB, shared pages divided by those who share them.</param>
/// <param name="Rss">KiB.</param>
/// <param name="Descriptors">Open files of all of them.</param>
internal sealed record ProcessMemory(long Pss, long Rss, int Descriptors)
{
    public static ProcessMemory Of(int pid)
    {
        var own = new ProcessMemory(Rollup(pid, "Pss:"), Rollup(pid, "Rss:"), Count(pid));
        return Children(pid).Select(Of).Aggregate(own, (sum, child) => new ProcessMemory(
            sum.Pss + child.Pss, sum.Rss + child.Rss, sum.Descriptors + child.Descriptors));
    }

    private static long Rollup(int pid, string name)
    {
        var line = File.ReadLines($"/proc/{pid}/smaps_rollup")
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static int Count(int pid) => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count();

    // /proc/PID/stat, proc(5): the parent is the second field behind the name in brackets.
    private static IEnumerable<int> Children(int parent)
    {
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), out var pid) && ParentOf(path) == parent)
                yield return pid;
        }
    }

    private static int ParentOf(string path)
    {
        try
        {
            var stat = File.ReadAllText(path + "/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return 0;
        }
    }
}
