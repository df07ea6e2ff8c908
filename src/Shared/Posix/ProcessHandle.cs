using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>A pidfd: a process that cannot be mistaken for a later one with the same number, see pidfd_open(2).</summary>
internal sealed class ProcessHandle : IDisposable
{
    /// <param name="pid">Its number.</param>
    /// <param name="descriptor">A pidfd of it.</param>
    public ProcessHandle(int pid, FileDescriptor descriptor)
    {
        Pid = pid;
        Descriptor = descriptor;
    }

    /// <summary>The process id.</summary>
    public int Pid { get; }

    /// <summary>Readable once the process has ended.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Opens a process, or returns null when there is none by that number.</summary>
    public static ProcessHandle? Open(int pid)
    {
        var fd = pid <= 0 ? -1 : (int)Libc.pidfd_open(Libc.SYS_pidfd_open, pid, 0);
        return fd < 0 ? null : new ProcessHandle(pid, new FileDescriptor(fd));
    }

    /// <summary>Opens the process at the other end of a UNIX socket: SO_PEERPIDFD, or by number on older kernels.</summary>
    public static unsafe ProcessHandle? OfPeer(Socket socket, int pid)
    {
        const int SOL_SOCKET = 1;
        const int SO_PEERPIDFD = 77;
        int fd;
        var length = sizeof(int);
        return pid > 0 && Libc.getsockopt((int)socket.Handle, SOL_SOCKET, SO_PEERPIDFD, &fd, &length) == 0
            ? new ProcessHandle(pid, new FileDescriptor(fd))
            : Open(pid);
    }

    /// <summary>Sends a signal; false when the process is gone or not ours to signal.</summary>
    public bool Signal(int number)
        => Libc.pidfd_send_signal(Libc.SYS_pidfd_send_signal, Descriptor.Number, number, 0, 0) == 0;

    /// <summary>Ends it, and whatever it has started in its group; of a process that leads one.</summary>
    public void KillGroup()
    {
        _ = Libc.kill(-Pid, Signals.SIGKILL);
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
    public unsafe ExitStatus? TryWait()
    {
        var info = stackalloc int[32];
        new Span<int>(info, 32).Clear();
        var result = Libc.waitid(Libc.P_PIDFD, Descriptor.Number, info, Libc.WEXITED | Libc.WNOHANG);

        // siginfo_t of SIGCHLD: [2] si_code, [4] si_pid, [6] si_status.
        const int CLD_EXITED = 1;
        if (result == 0)
            return info[4] == 0 ? null : new ExitStatus(info[2] == CLD_EXITED, info[6]);
        return Marshal.GetLastPInvokeError() == Errno.ECHILD ? new ExitStatus(true, -1) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
