using System.Globalization;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// Takes listening sockets out of the epoll sets of another process, see epoll(7) and pidfd_getfd(2). It accepts no
/// more on them then, and keeps what it has accepted; no other process that listens there notices anything.
/// </summary>
internal static class EpollSets
{
    private const string Eventpoll = "anon_inode:[eventpoll]";

    /// <summary>Takes them out of the sets of a process and its descendants.</summary>
    /// <returns>False when none was in a set, or when this user may not look into that process.</returns>
    public static bool Remove(int pid, IReadOnlyList<FileDescriptor> listeners)
    {
        var byInode = new Dictionary<ulong, FileDescriptor>();
        foreach (var listener in listeners)
            byInode[listener.Inode] = listener;
        var entries = ProcessTable.Family(pid).SelectMany(member => Entries(member, byInode)).ToList();
        return entries.Count > 0 && Remove(entries);
    }

    private static List<Entry> Entries(int pid, Dictionary<ulong, FileDescriptor> byInode)
    {
        try
        {
            return
            [
                .. from file in new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos()
                   where file.LinkTarget == Eventpoll
                   from line in File.ReadLines($"/proc/{pid}/fdinfo/{file.Name}")
                   where line.StartsWith("tfd:", StringComparison.Ordinal)
                   let words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                   let inode = words.First(word => word.StartsWith("ino:", StringComparison.Ordinal))[4..]
                   where byInode.ContainsKey(ulong.Parse(inode, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
                   select new Entry(
                       pid, int.Parse(file.Name, CultureInfo.InvariantCulture),
                       int.Parse(words[1], CultureInfo.InvariantCulture),
                       byInode[ulong.Parse(inode, NumberStyles.HexNumber, CultureInfo.InvariantCulture)]),
            ];
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return [];
        }
    }

    // An entry is found by its file and by the number that it had when it was added. So the listener needs that very
    // number here, where it is taken by something else: a thread with a descriptor table of its own has room for it.
    private static bool Remove(List<Entry> entries)
    {
        var removed = 0;
        var thread = new Thread(() =>
        {
            if (Libc.unshare(Libc.CLONE_FILES) == 0)
                removed = entries.Count(Remove);
        });
        thread.Start();
        thread.Join();
        return removed > 0;
    }

    private static bool Remove(Entry entry)
    {
        using var atAnyNumber = ProcessHandle.Borrow(entry.Pid, entry.Set, out _);
        if (atAnyNumber is null)
            return false;
        using var set = atAnyNumber.Duplicate(entry.Number + 1);
        var taken = Libc.fcntl(entry.Number, Libc.F_DUPFD_CLOEXEC, entry.Number + 1);
        var isRemoved = Syscall.dup2(entry.Listener.Number, entry.Number) >= 0
            && Syscall.epoll_ctl(set.Number, EpollOp.EPOLL_CTL_DEL, entry.Number, EpollEvents.EPOLLIN) == 0;
        _ = taken < 0 ? Syscall.close(entry.Number) : Syscall.dup2(taken, entry.Number);
        if (taken >= 0)
            _ = Syscall.close(taken);
        return isRemoved;
    }

    /// <param name="Pid">The process.</param>
    /// <param name="Set">The number of the set there.</param>
    /// <param name="Number">The number of the listener there when it was added.</param>
    /// <param name="Listener">The same listener here.</param>
    private sealed record Entry(int Pid, int Set, int Number, FileDescriptor Listener);
}
