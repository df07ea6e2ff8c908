using System.Globalization;
using System.Net;

namespace Zerg.Posix;

/// <summary>Which processes hold a socket, from /proc: proc(5). Sees those that this user may look into.</summary>
internal static class SocketHolders
{
    // /proc/net/unix: flags without SO_ACCEPTCON, and a state that an accepted connection does not have.
    private const string NoFlags = "00000000";
    private const string Unconnected = "01";

    /// <summary>
    /// ", held by pid 12 (nginx), pid 13 (nginx)", or ", held by a process of another user", for an error message;
    /// empty when it is this process alone.
    /// </summary>
    public static string Describe(EndPoint address)
    {
        var inodes = ListenerTable.InTheWay(address).ToHashSet();
        if (inodes.Count == 0)
            return "";
        var pids = Of(inodes).ToList();
        if (pids is [var only] && only == Environment.ProcessId)
            return "";
        var holders = pids.Where(pid => pid != Environment.ProcessId).Take(4)
            .Select(pid => $"pid {pid} ({Command(pid)})").ToList();
        return holders.Count > 0
            ? ", held by " + string.Join(", ", holders)
            : ", held by a process that this user may not look into";
    }

    /// <summary>The processes that hold one of these sockets.</summary>
    public static IEnumerable<int> Of(IReadOnlySet<ulong> inodes)
        => ProcessTable.All().Where(pid => Holds(pid, inodes) == true);

    /// <summary>Whether a process holds one of these sockets; null when this user may not look.</summary>
    public static bool? Holds(int pid, IReadOnlySet<ulong> inodes)
    {
        try
        {
            return new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos()
                .Any(file => Inode(file.LinkTarget) is { } inode && inodes.Contains(inode));
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return problem is UnauthorizedAccessException ? null : false;
        }
    }

    /// <summary>Every descriptor of a socket: the process, and the number there.</summary>
    public static IReadOnlyList<(int Pid, int Number)> Descriptors(ulong inode)
    {
        var sought = new HashSet<ulong> { inode };
        return [.. Of(sought).SelectMany(pid => Numbers(pid, inode).Select(number => (pid, number)))];
    }

    /// <summary>The short name of a process's program, "?" when it is gone.</summary>
    public static string Command(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return "?";
        }
    }

    /// <summary>Whether somebody has bound a path and does not listen yet, which refuses connections too.</summary>
    public static bool IsBoundOnly(string path)
    {
        foreach (var line in File.ReadLines("/proc/net/unix"))
        {
            var fields = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 8 && fields[3] == NoFlags && fields[5] == Unconnected
                && (fields[7] == path || IsRelative(fields[7], path)))
                return true;
        }

        return false;
    }

    /// <summary>The sockets that a process has, one for each descriptor; none when this user may not look.</summary>
    public static IReadOnlyList<ulong> Inodes(int pid)
    {
        try
        {
            return [.. new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos()
                .Select(file => Inode(file.LinkTarget)).OfType<ulong>()];
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return [];
        }
    }

    private static List<int> Numbers(int pid, ulong inode)
    {
        try
        {
            return [.. from file in new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos()
                       where Inode(file.LinkTarget) == inode
                       select int.Parse(file.Name, CultureInfo.InvariantCulture)];
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return [];
        }
    }

    // As it was given to bind, and relative to a directory that nobody knows any more.
    private static bool IsRelative(string name, string path)
        => name[0] is not ('/' or '@') && Path.GetFileName(name) == Path.GetFileName(path);

    private static ulong? Inode(string? link)
        => link is not null && link.StartsWith("socket:[", StringComparison.Ordinal)
            && ulong.TryParse(link.AsSpan(8, link.Length - 9), out var inode) ? inode : null;
}
