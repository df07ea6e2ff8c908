using Mono.Unix.Native;
using Zerg.Posix;

namespace ZergPool.Listening;

/// <summary>
/// Finds what somebody changed on a shared listener and puts it right. Every holder can do harm to all others here:
/// a shorter backlog, SO_LINGER that resets connections, a cleared O_NONBLOCK, even shutdown(2).
/// </summary>
internal sealed class ListenerGuard(int backlog, UnixSocketFile file)
{
    // listen(2) cuts a longer backlog to this without a word.
    private readonly int _backlog = Math.Min(backlog, MaxBacklog());

    /// <summary>Checks one socket.</summary>
    /// <returns>What was wrong and is repaired now, in words; empty when nothing was.</returns>
    /// <exception cref="IOException">The repair failed.</exception>
    public IReadOnlyList<string> Check(PoolSocket socket, out bool boundAnew)
    {
        var fd = socket.Descriptor.Number;
        var found = new List<string>();
        boundAnew = false;
        if (ListenerOptions.Lingers(fd))
        {
            ListenerOptions.ClearLinger(fd);
            found.Add("SO_LINGER was on");
        }

        if (!ListenerOptions.IsNonBlocking(fd))
        {
            ListenerOptions.SetNonBlocking(fd);
            found.Add("O_NONBLOCK was off");
        }

        if (socket.IsUnix)
            boundAnew = CheckUnix(socket, found);
        else
            CheckTcp(socket, found);
        return found;
    }

    private void CheckTcp(PoolSocket socket, List<string> found)
    {
        if (ListenerOptions.DefersAccept(socket.Descriptor.Number))
        {
            ListenerOptions.ClearDeferAccept(socket.Descriptor.Number);
            found.Add("TCP_DEFER_ACCEPT was on");
        }

        if (!ListenerOptions.IsListening(socket.Descriptor.Number))
        {
            Listen(socket);
            found.Add("it did not listen any more (somebody called shutdown)");
        }
        else if (ListenerOptions.TcpQueue(socket.Descriptor.Number).Backlog is var other && other != _backlog)
        {
            Listen(socket);
            found.Add($"its backlog was {other} instead of {_backlog}");
        }
    }

    private bool CheckUnix(PoolSocket socket, List<string> found)
    {
        if (socket.RestorePath())
            found.Add("somebody removed its path");
        if (UnixDiag.Query(socket.Descriptor.Inode) is not { } state)
            return false;
        if (state.IsShutDown)
        {
            // No call brings a UNIX listener back after shutdown(2): make a new one in its place.
            socket.Rebind(backlog, file);
            found.Add("somebody called shutdown on it; it is bound anew");
            return true;
        }

        if (state.Backlog != _backlog)
        {
            Listen(socket);
            found.Add($"its backlog was {state.Backlog} instead of {_backlog}");
        }

        return false;
    }

    private void Listen(PoolSocket socket) => SyscallException.Check(
        Syscall.listen(socket.Descriptor.Number, backlog), "listen", socket.Spec.Address.ToString());

    private static int MaxBacklog()
        => int.TryParse(System.IO.File.ReadAllText("/proc/sys/net/core/somaxconn"), out var most) ? most : int.MaxValue;
}
