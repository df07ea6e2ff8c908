using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Zerg.Posix;

/// <summary>Which processes hold a socket, from /proc: proc(5). Sees those that this user may look into.</summary>
internal static class SocketHolders
{
    private const string Listening = "0A";

    // /proc/net/unix: flags without SO_ACCEPTCON, and a state that an accepted connection does not have.
    private const string NoFlags = "00000000";
    private const string Unconnected = "01";

    /// <summary>
    /// ", held by pid 12 (nginx), pid 13 (nginx)", or ", held by a process of another user", for an error message;
    /// empty when it is this process alone.
    /// </summary>
    public static string Describe(EndPoint address)
    {
        var inodes = Inodes(address).ToHashSet();
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
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var pid) && Holds(pid, inodes) == true)
                yield return pid;
        }
    }

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

    // As it was given to bind, and relative to a directory that nobody knows any more.
    private static bool IsRelative(string name, string path)
        => name[0] is not ('/' or '@') && Path.GetFileName(name) == Path.GetFileName(path);

    private static ulong? Inode(string? link)
        => link is not null && link.StartsWith("socket:[", StringComparison.Ordinal)
            && ulong.TryParse(link.AsSpan(8, link.Length - 9), out var inode) ? inode : null;

    private static IEnumerable<ulong> Inodes(EndPoint address) => address switch
    {
        IPEndPoint ip => Tcp("/proc/net/tcp", ip.Port).Concat(Tcp("/proc/net/tcp6", ip.Port)),
        UnixDomainSocketEndPoint unix => Unix(unix.ToString()),
        _ => [],
    };

    // "  sl  local_address rem_address st ... inode": the address is HEX:PORT, field 9 the inode.
    private static IEnumerable<ulong> Tcp(string table, int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in File.Exists(table) ? File.ReadLines(table) : [])
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith(suffix, StringComparison.Ordinal)
                && ulong.TryParse(fields[9], out var inode))
                yield return inode;
        }
    }

    // "Num RefCount Protocol Flags Type St Inode Path"; an abstract name's NULs are shown as @.
    private static IEnumerable<ulong> Unix(string path)
    {
        var name = path.StartsWith('@') ? path.TrimEnd('@', '\0') : path;
        foreach (var line in File.ReadLines("/proc/net/unix"))
        {
            var fields = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 8 && fields[7].TrimEnd('@') == name && ulong.TryParse(fields[6], out var inode))
                yield return inode;
        }
    }
}
