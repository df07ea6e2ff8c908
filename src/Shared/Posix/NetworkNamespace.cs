using System.Net.Sockets;

namespace Zerg.Posix;

/// <summary>
/// In which network namespace a socket is: SO_NETNS_COOKIE of Linux 5.14, see network_namespaces(7). A number stands for
/// one namespace until the machine starts again, and a process cannot choose it.
/// </summary>
internal static unsafe class NetworkNamespace
{
    private const int SOL_SOCKET = 1;
    private const int SO_NETNS_COOKIE = 71;

    private static readonly Lazy<ulong?> s_own = new(Find);

    /// <summary>That of this process; null where the kernel does not tell.</summary>
    public static ulong? Own => s_own.Value;

    /// <summary>That of a socket; null where the kernel does not tell, or for what is no socket.</summary>
    public static ulong? Of(FileDescriptor socket)
    {
        ulong cookie;
        var length = sizeof(ulong);
        return Libc.getsockopt(socket.Number, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) == 0 ? cookie : null;
    }

    /// <summary>
    /// Whether a process is in the one of this process; null when this user may not look, or when it is gone.
    /// </summary>
    public static bool? Has(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/ns/net", returnFinalTarget: false)?.Name is { } other
                && File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)?.Name is { } own
                    ? other == own : null;
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    // No process of this program ever changes its own.
    private static ulong? Find()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var descriptor = FileDescriptor.Duplicate(socket.SafeHandle);
        return Of(descriptor);
    }
}
