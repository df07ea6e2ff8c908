using Zerg.Posix;

namespace Zerg.Tests.AspNetCore;

/// <summary>What a zergling must never change of a shared listener.</summary>
internal sealed record ListenerState(bool IsListening, int Linger, int Backlog, int Queued)
{
    private const int SOL_SOCKET = 1;
    private const int SO_LINGER = 13;
    private const int SO_ACCEPTCONN = 30;
    private const int IPPROTO_TCP = 6;
    private const int TCP_INFO = 11;

    public static ListenerState Untouched { get; } = new(true, 0, AppPool.Backlog, 0);

    public static unsafe ListenerState Of(FileDescriptor listener)
    {
        var info = stackalloc uint[64];
        var length = 64 * sizeof(uint);
        SyscallException.Check(Libc.getsockopt(listener.Number, IPPROTO_TCP, TCP_INFO, info, &length), "TCP_INFO");
        var linger = stackalloc int[2];
        length = 2 * sizeof(int);
        SyscallException.Check(Libc.getsockopt(listener.Number, SOL_SOCKET, SO_LINGER, linger, &length), "SO_LINGER");
        int listening;
        length = sizeof(int);
        SyscallException.Check(
            Libc.getsockopt(listener.Number, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length), "SO_ACCEPTCONN");

        // For a listener tcpi_unacked is its queue and tcpi_sacked the limit.
        return new ListenerState(listening == 1, linger[0], (int)info[7], (int)info[6]);
    }
}
