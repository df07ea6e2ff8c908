using System.Globalization;
using Zerg.Posix;

namespace Zerg.Stage;

/// <summary>What a process takes of the machine, as the kernel counts it.</summary>
/// <param name="Descriptors">Open files, but for those of the file system: the runtime loads an assembly when it likes.</param>
/// <param name="Threads">Its threads.</param>
/// <param name="Pss">KiB, shared pages divided by those who share them.</param>
/// <param name="Rss">KiB.</param>
/// <param name="Zombies">Children that have ended and were not waited for.</param>
internal sealed record ProcessFigures(int Descriptors, int Threads, long Pss, long Rss, int Zombies)
{
    public static ProcessFigures Of(int pid) => new(
        Directory.GetFileSystemEntries($"/proc/{pid}/fd")
            .Count(one => new FileInfo(one).LinkTarget is { } target && !target.StartsWith('/')),
        Directory.GetDirectories($"/proc/{pid}/task").Length,
        Rollup(pid, "Pss:"), Rollup(pid, "Rss:"),
        Processes().Count(one => ProcessTable.Parent(one) == pid && IsZombie(one)));

    /// <summary>Every process there is.</summary>
    public static IEnumerable<int> Processes() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0).Where(pid => pid > 0);

    private static long Rollup(int pid, string name)
    {
        var line = File.ReadLines($"/proc/{pid}/smaps_rollup")
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static bool IsZombie(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] == 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
