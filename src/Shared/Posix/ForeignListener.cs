using Zerg.Configuration;

namespace Zerg.Posix;

/// <summary>
/// Listening sockets of other processes, duplicated from them: pidfd_getfd(2). They go on as if nothing had happened,
/// and the socket stays when they close it.
/// </summary>
internal static class ForeignListener
{
    private const string Permission = "taking a socket from it needs root or CAP_SYS_PTRACE";

    /// <summary>Takes the one socket that listens at an address.</summary>
    /// <param name="target">The address; what only covers it is not taken.</param>
    /// <param name="reason">Why none was taken, in one line that names the holder; else empty.</param>
    /// <param name="inodes">Takes none but these; null takes any.</param>
    /// <param name="mayTake">From which processes; null takes from any.</param>
    public static TakenListener? Take(
        BindTarget target, out string reason, IReadOnlySet<ulong>? inodes = null, Func<int, bool>? mayTake = null)
    {
        reason = "";
        var there = ListenerTable.At(target);
        var wanted = there.Where(inode => inodes?.Contains(inode) ?? true).ToList();
        if (wanted is [])
        {
            reason = there is [] ? "nobody listens at that very address" : "another socket listens there";
            reason += SocketHolders.Describe(target.EndPoint);
            return null;
        }

        // One of a group gets a share of the connections, and the others' shares are lost with them.
        if (there is not [var inode])
        {
            reason = $"{there.Count} sockets share that address (SO_REUSEPORT)" + SocketHolders.Describe(target.EndPoint);
            return null;
        }

        var holders = SocketHolders.Descriptors(inode).Where(holder => holder.Pid != Environment.ProcessId).ToList();
        var allowed = holders.FindAll(holder => mayTake?.Invoke(holder.Pid) ?? true);
        if (allowed is [])
        {
            reason = holders is [] ? "a process that this user may not look into holds it; " + Permission
                : "none of the processes asked for has it" + SocketHolders.Describe(target.EndPoint);
            return null;
        }

        foreach (var (pid, number) in allowed)
        {
            if (Take(pid, number, out reason) is not { } taken)
                continue;

            // The number may have become something else meanwhile.
            var why = taken.Inode == inode ? ListenerCheck.WhyNot(taken, target) : "is gone";
            if (why is null)
                return new TakenListener(taken, pid);
            reason = $"the socket of {Describe(pid)} {why}";
            taken.Dispose();
        }

        return null;
    }

    /// <summary>Duplicates a descriptor of a process, FD_CLOEXEC set.</summary>
    public static FileDescriptor? Take(int pid, int number, out string reason)
    {
        var taken = ProcessHandle.Borrow(pid, number, out var errno);
        reason = taken is not null ? ""
            : errno == Errno.EPERM ? $"held by {Describe(pid)}; {Permission}"
            : $"{Describe(pid)}: {SyscallException.Describe(errno)}";
        return taken;
    }

    private static string Describe(int pid) => $"pid {pid} ({SocketHolders.Command(pid)})";
}
