namespace Zerg.Posix;

/// <summary>Options of a listening socket, raw: see socket(7), tcp(7). They belong to everybody who holds it.</summary>
internal static unsafe class ListenerOptions
{
    private const int SOL_SOCKET = 1;
    private const int SO_REUSEADDR = 2;
    private const int SO_TYPE = 3;
    private const int SO_LINGER = 13;
    private const int SO_REUSEPORT = 15;
    private const int SO_ACCEPTCONN = 30;
    private const int SO_BINDTOIFINDEX = 62;
    private const int SO_PROTOCOL = 38;
    private const int SO_DOMAIN = 39;
    private const int IPPROTO_TCP = 6;
    private const int TCP_DEFER_ACCEPT = 9;
    private const int TCP_INFO = 11;
    private const int IPPROTO_IPV6 = 41;
    private const int IPV6_V6ONLY = 26;
    private const int AF_UNIX = 1;
    private const int F_GETFL = 3;
    private const int F_SETFL = 4;
    private const int O_NONBLOCK = 0x800;

    // struct tcp_info, linux/tcp.h; of a listening socket these two mean the queue and its limit.
    private const int TcpiUnacked = 24;
    private const int TcpiSacked = 28;

    /// <summary>Whether the socket listens. A UNIX listener that was shut down still says so.</summary>
    public static bool IsListening(int fd) => GetInt(fd, SOL_SOCKET, SO_ACCEPTCONN) != 0;

    /// <summary>Whether it is a UNIX socket.</summary>
    public static bool IsUnix(int fd) => GetInt(fd, SOL_SOCKET, SO_DOMAIN) == AF_UNIX;

    /// <summary>What kind of socket it is, as socket(2) was asked for it; null when it is none.</summary>
    public static (int Domain, int Type, int Protocol)? Kind(int fd)
    {
        int type;
        var length = sizeof(int);
        return Libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0
            ? (GetInt(fd, SOL_SOCKET, SO_DOMAIN), type, GetInt(fd, SOL_SOCKET, SO_PROTOCOL))
            : null;
    }

    /// <summary>Whether an IPv6 socket takes no IPv4.</summary>
    public static bool IsIPv6Only(int fd) => GetInt(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 0;

    /// <summary>Connections waiting and the most that may wait, of a listening TCP socket.</summary>
    public static (int Queued, int Backlog) TcpQueue(int fd)
    {
        var info = stackalloc byte[256];
        var length = 256;
        SyscallException.Check(Libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length), "getsockopt TCP_INFO");
        return (*(int*)(info + TcpiUnacked), *(int*)(info + TcpiSacked));
    }

    /// <summary>Whether SO_LINGER is on: every connection accepted from such a listener may end in a reset.</summary>
    public static bool Lingers(int fd)
    {
        var linger = stackalloc int[2];
        var length = 2 * sizeof(int);
        SyscallException.Check(Libc.getsockopt(fd, SOL_SOCKET, SO_LINGER, linger, &length), "getsockopt SO_LINGER");
        return linger[0] != 0;
    }

    /// <summary>Switches SO_LINGER off.</summary>
    public static void ClearLinger(int fd)
    {
        var off = stackalloc int[2];
        off[0] = off[1] = 0;
        SyscallException.Check(
            Libc.setsockopt(fd, SOL_SOCKET, SO_LINGER, off, 2 * sizeof(int)), "setsockopt SO_LINGER");
    }

    /// <summary>Whether a connection is held back until its client has sent something.</summary>
    public static bool DefersAccept(int fd) => GetInt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT) != 0;

    /// <summary>Switches TCP_DEFER_ACCEPT off.</summary>
    public static void ClearDeferAccept(int fd)
    {
        var off = 0;
        SyscallException.Check(
            Libc.setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &off, sizeof(int)), "setsockopt TCP_DEFER_ACCEPT");
    }

    /// <summary>Whether others may have bound the same address, each with a queue of its own.</summary>
    public static bool IsOneOfSeveral(int fd) => GetInt(fd, SOL_SOCKET, SO_REUSEPORT) != 0;

    /// <summary>The index of the network device that it takes connections of alone, 0 for all: SO_BINDTODEVICE.</summary>
    public static int Device(int fd)
    {
        int device;
        var length = sizeof(int);
        return Libc.getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &device, &length) == 0 ? device : 0;
    }

    /// <summary>Allows to bind while connections of an earlier listener are in TIME_WAIT.</summary>
    public static void SetReuseAddress(int fd)
    {
        var on = 1;
        SyscallException.Check(
            Libc.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(int)), "setsockopt SO_REUSEADDR");
    }

    /// <summary>Whether O_NONBLOCK is set.</summary>
    public static bool IsNonBlocking(int fd) => (Flags(fd) & O_NONBLOCK) != 0;

    /// <summary>Sets O_NONBLOCK.</summary>
    public static void SetNonBlocking(int fd)
        => SyscallException.Check(Libc.fcntl(fd, F_SETFL, Flags(fd) | O_NONBLOCK), "fcntl F_SETFL");

    private static int Flags(int fd) => SyscallException.Check(Libc.fcntl(fd, F_GETFL, 0), "fcntl F_GETFL");

    private static int GetInt(int fd, int level, int name)
    {
        int value;
        var length = sizeof(int);
        SyscallException.Check(Libc.getsockopt(fd, level, name, &value, &length), "getsockopt");
        return value;
    }
}
