using System.Net;
using System.Net.Sockets;
using System.Text;
using Zerg.Configuration;

namespace Zerg.Posix;

/// <summary>Whether a descriptor that came from somebody else is the listener that is wanted.</summary>
internal static unsafe class ListenerCheck
{
    private const int SOCK_STREAM = 1;
    private const int AF_UNIX = 1;
    private const int AF_INET = 2;
    private const int AF_INET6 = 10;
    private const int IPPROTO_TCP = 6;
    private const int LongestName = 128;

    /// <summary>Why it is not, in words that follow its name: "is no socket"; null when it is.</summary>
    /// <param name="descriptor">Whatever it is.</param>
    /// <param name="target">A port of 0 is no port that anything is bound to.</param>
    public static string? WhyNot(FileDescriptor descriptor, BindTarget target)
    {
        var fd = descriptor.Number;
        if (ListenerOptions.Kind(fd) is not { } kind)
            return "is no socket";
        if (kind.Type != SOCK_STREAM)
            return "is no stream socket";
        var family = target.EndPoint.AddressFamily switch
        {
            AddressFamily.Unix => AF_UNIX,
            AddressFamily.InterNetworkV6 => AF_INET6,
            _ => AF_INET,
        };
        if (kind.Domain != family || kind.Protocol != (family == AF_UNIX ? 0 : IPPROTO_TCP))
            return $"is no {(family == AF_UNIX ? "UNIX" : family == AF_INET6 ? "IPv6 TCP" : "IPv4 TCP")} socket";
        var isElsewhere = target.EndPoint is IPEndPoint ip
            ? WhyNotAt(ip, Name(fd)) ?? WhyNotOf(fd, target)
            : WhyNotAt(Text(target.EndPoint.Serialize()), Text(Name(fd)), descriptor);
        return isElsewhere ?? (!ListenerOptions.IsListening(fd) ? "does not listen"
            : family == AF_UNIX && UnixDiag.Query(descriptor.Inode) is { IsShutDown: true } ? "was shut down" : null);
    }

    /// <summary>
    /// Why a listener that is the wanted one by its name is none of this network namespace, in the same words; null when
    /// it is one, and what connects to the address here reaches it.
    /// </summary>
    public static string? WhyNotHere(FileDescriptor descriptor, BindTarget target)
    {
        // Where the kernel does not tell, the table of this namespace has those that listen in it.
        var isHere = NetworkNamespace.Of(descriptor) is { } network && NetworkNamespace.Own is { } own
            ? network == own : ListenerTable.At(target).Contains(descriptor.Inode);
        return isHere ? null : "listens in another network namespace";
    }

    /// <summary>
    /// Why what connects to the address does not all reach a listener, in the same words: others share the address, or
    /// it takes only what comes in by one device. Null when all of it does.
    /// </summary>
    public static string? WhyNotAlone(FileDescriptor descriptor, BindTarget target)
        => ListenerOptions.IsUnix(descriptor.Number) ? null
            : ListenerOptions.Device(descriptor.Number) is > 0 and var device
                ? $"takes only what comes in by the network device {device} (SO_BINDTODEVICE)"
            : ListenerOptions.IsOneOfSeveral(descriptor.Number) && ListenerTable.At(target).Count > 1
                ? "shares the address with other sockets (SO_REUSEPORT)" : null;

    private static string? WhyNotAt(IPEndPoint wanted, SocketAddress name)
    {
        var bound = (IPEndPoint)wanted.Create(name);
        return bound.Port == wanted.Port
            && bound.Address.GetAddressBytes().AsSpan().SequenceEqual(wanted.Address.GetAddressBytes())
                ? null : $"is bound to {bound}";
    }

    // Of one address of IPv6 it makes no difference.
    private static string? WhyNotOf(int fd, BindTarget target)
        => target.EndPoint is not IPEndPoint ip || !ip.Address.Equals(IPAddress.IPv6Any)
            || ListenerOptions.IsIPv6Only(fd) != target.DualMode
                ? null : target.DualMode ? "takes no IPv4 (IPV6_V6ONLY)" : "takes IPv4 as well (no IPV6_V6ONLY)";

    // A name is as it was given to bind: perhaps relative, or through a link. The file decides, where the kernel tells.
    private static string? WhyNotAt(string wanted, string bound, FileDescriptor descriptor)
    {
        var isNamed = wanted == bound;
        if (wanted.StartsWith('\0'))
            return isNamed ? null : $"is bound to '{Shown(bound)}'";
        if (UnixDiag.Query(descriptor.Inode)?.File is not { } file)
            return isNamed ? null : $"is bound to '{Shown(bound)}'";
        if (file.Is(wanted) && (isNamed || Path.GetFileName(wanted) == Path.GetFileName(bound)))
            return null;
        return isNamed ? $"is not what '{wanted}' leads to any more" : $"is bound to '{Shown(bound)}'";
    }

    private static SocketAddress Name(int fd)
    {
        var address = stackalloc byte[LongestName];
        var length = LongestName;
        SyscallException.Check(Libc.getsockname(fd, address, &length), "getsockname");
        var name = new SocketAddress(AddressFamily.Unspecified, LongestName) { Size = length };
        new ReadOnlySpan<byte>(address, length).CopyTo(name.Buffer.Span);
        return name;
    }

    // sockaddr_un: an abstract name has NULs in it, a path ends with the first one.
    private static string Text(SocketAddress name)
    {
        var bytes = name.Buffer.Span[sizeof(short)..name.Size];
        var end = bytes.IsEmpty || bytes[0] == 0 ? -1 : bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static string Shown(string name) => name.StartsWith('\0') ? '@' + name.Trim('\0') : name;
}
