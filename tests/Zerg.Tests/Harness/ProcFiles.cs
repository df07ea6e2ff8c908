namespace Zerg.Tests.Harness;

/// <summary>What /proc tells of a process.</summary>
internal static class ProcFiles
{
    public static bool IsAlive(int pid)
    {
        try
        {
            return Status(pid, "State") is not ['Z', ..];
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Every process there is.</summary>
    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), out var pid) ? pid : 0).Where(pid => pid > 0);

    /// <summary>A line of /proc/PID/status without its name.</summary>
    public static string Status(int pid, string name)
        => File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith(name + ":", StringComparison.Ordinal))
            [(name.Length + 1)..].Trim();

    /// <summary>Every open descriptor and what it leads to.</summary>
    public static SortedDictionary<int, string> Descriptors(int pid)
    {
        var descriptors = new SortedDictionary<int, string>();
        foreach (var path in Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd"))
            descriptors[int.Parse(Path.GetFileName(path))] = new FileInfo(path).LinkTarget ?? "";
        return descriptors;
    }

    /// <summary>A variable of the environment that a process was started with, or null.</summary>
    public static string? Variable(int pid, string name)
        => File.ReadAllText($"/proc/{pid}/environ").Split('\0')
            .FirstOrDefault(entry => entry.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
