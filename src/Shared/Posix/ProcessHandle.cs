using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// A pidfd: a process that cannot be mistaken for a later one with the same number, see pidfd_open(2). A number alone
/// proves nothing: a handle is had from a child, from a connection, or by a claim that is checked while it is open.
/// </summary>
internal sealed class ProcessHandle : IDisposable
{
    // The thread that waits for a child and the one that signals its group are two.
    private readonly Lock _collecting = new();

    /// <param name="pid">Its number.</param>
    /// <param name="descriptor">A pidfd of it.</param>
    /// <param name="onBehalfOf">The user whose permission its signals need; null for this program's own.</param>
    public ProcessHandle(int pid, FileDescriptor descriptor, uint? onBehalfOf = null)
    {
        Pid = pid;
        Descriptor = descriptor;
        OnBehalfOf = onBehalfOf;
    }

    /// <summary>The process id.</summary>
    public int Pid { get; }

    /// <summary>The user whose permission its signals need, as kill(2) gives it; null for this program's own.</summary>
    public uint? OnBehalfOf { get; }

    /// <summary>Readable once the process has ended.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>
    /// Opens the process that a claim is true of. The claim is evaluated after the opening, and the process must still
    /// run after that: so all that /proc said of the number meanwhile was said of this process.
    /// </summary>
    /// <param name="pid">Its number as it was told.</param>
    /// <param name="isIt">Looks whether it is the process that is meant.</param>
    /// <param name="onBehalfOf">The user whose permission its signals need; null for this program's own.</param>
    /// <returns>Null when there is no such process, it has ended, or it is another one.</returns>
    public static ProcessHandle? Open(int pid, Func<int, bool> isIt, uint? onBehalfOf = null)
    {
        if (OfNumber(pid, onBehalfOf) is not { } process)
            return null;
        if (ProcessTable.IsOfThisNamespace && isIt(pid) && process.IsAlive)
            return process;
        process.Dispose();
        return null;
    }

    /// <summary>Opens a child of this program that nothing has waited for: its number is its own until then.</summary>
    /// <exception cref="SyscallException">No descriptor is left.</exception>
    public static ProcessHandle OfChild(int pid) => OfNumber(pid, null) ?? throw SyscallException.Last("pidfd_open");

    /// <summary>
    /// Opens the process at the other end of a UNIX socket by SO_PEERPIDFD, unix(7), or by number where the kernel is
    /// older than 6.5. Signals to it are sent on behalf of the user who connected.
    /// </summary>
    /// <returns>Null when it is gone, or lives in another pid namespace.</returns>
    public static unsafe ProcessHandle? OfPeer(Socket socket, PeerCredentials peer)
    {
        const int SOL_SOCKET = 1;
        const int SO_PEERPIDFD = 77;
        int fd;
        var length = sizeof(int);
        if (peer.Pid <= 0)
            return null;
        if (Libc.getsockopt((int)socket.Handle, SOL_SOCKET, SO_PEERPIDFD, &fd, &length) == 0)
            return new ProcessHandle(peer.Pid, new FileDescriptor(fd), peer.Uid);
        return Marshal.GetLastPInvokeError() == Errno.ENOPROTOOPT ? OfCredentials(peer) : null;
    }

    /// <summary>Opens a peer by its number: a process of the user who connected, or none.</summary>
    public static ProcessHandle? OfCredentials(PeerCredentials peer)
        => Open(peer.Pid, pid => ProcessUsers.Of(pid)?.Include(peer.Uid) == true, peer.Uid);

    /// <summary>Duplicates a descriptor of a process, pidfd_getfd(2); the caller has to look what it is.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="number">The descriptor there.</param>
    /// <param name="errno">Why there is none; else without a meaning.</param>
    public static FileDescriptor? Borrow(int pid, int number, out int errno)
    {
        using var process = OfNumber(pid, null);
        var fd = process is null ? -1
            : (int)Libc.pidfd_getfd(Libc.SYS_pidfd_getfd, process.Descriptor.Number, number, 0);
        errno = Marshal.GetLastPInvokeError();
        return fd < 0 ? null : new FileDescriptor(fd);
    }

    /// <summary>
    /// Sends a signal; false when the process is gone, or not to be signalled by this program or by the user on whose
    /// behalf it is.
    /// </summary>
    public bool Signal(int number) => IsPermitted
        && Libc.pidfd_send_signal(Libc.SYS_pidfd_send_signal, Descriptor.Number, number, 0, 0) == 0;

    /// <summary>
    /// Sends a signal to the group of a child that leads one. Its number is the group's as long as nothing has waited
    /// for the child, though it may have ended; after that it may be another group's, and nothing is sent.
    /// </summary>
    public bool SignalGroup(int number)
    {
        lock (_collecting)
        {
            return OnBehalfOf is null && Wait(Libc.WEXITED | Libc.WNOHANG | Libc.WNOWAIT, out _) == 0
                && Libc.kill(-Pid, number) == 0;
        }
    }

    /// <summary>Ends it and all that it has started in its group; of a child that leads one.</summary>
    public void KillGroup()
    {
        SignalGroup(Signals.SIGKILL);
        Signal(Signals.SIGKILL);
    }

    /// <summary>Whether the process still runs, or is at least not a zombie.</summary>
    public bool IsAlive
    {
        get
        {
            var polled = new[] { new Pollfd { fd = Descriptor.Number, events = PollEvents.POLLIN } };
            return Syscall.poll(polled, 0) == 0;
        }
    }

    /// <summary>Collects the exit of a child without waiting: null while it runs, or when it is not our child.</summary>
    public ExitStatus? TryWait()
    {
        lock (_collecting)
        {
            return Wait(Libc.WEXITED | Libc.WNOHANG, out var status) == 0 ? status
                : Marshal.GetLastPInvokeError() == Errno.ECHILD ? new ExitStatus(true, -1) : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    // The number is looked up before the process is known to live, and means another one if it has ended meanwhile. A
    // program that is executed between the look and the signal keeps its real user, so it may be signalled as well.
    private bool IsPermitted => OnBehalfOf is not { } user || user == ProcessUsers.Root
        || (ProcessTable.IsOfThisNamespace && ProcessUsers.Of(Pid)?.MayBeSignalledBy(user) == true && IsAlive);

    private static ProcessHandle? OfNumber(int pid, uint? onBehalfOf)
    {
        var fd = pid <= 0 ? -1 : (int)Libc.pidfd_open(Libc.SYS_pidfd_open, pid, 0);
        return fd < 0 ? null : new ProcessHandle(pid, new FileDescriptor(fd), onBehalfOf);
    }

    private unsafe int Wait(int options, out ExitStatus? status)
    {
        var info = stackalloc int[32];
        new Span<int>(info, 32).Clear();
        var result = Libc.waitid(Libc.P_PIDFD, Descriptor.Number, info, options);

        // siginfo_t of SIGCHLD: [2] si_code, [4] si_pid, [6] si_status.
        const int CLD_EXITED = 1;
        status = result == 0 && info[4] != 0 ? new ExitStatus(info[2] == CLD_EXITED, info[6]) : null;
        return result;
    }
}
