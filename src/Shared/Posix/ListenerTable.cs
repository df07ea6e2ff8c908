using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Zerg.Configuration;

namespace Zerg.Posix;

/// <summary>The inodes of the listening sockets of this machine, from /proc/net: proc(5).</summary>
internal static class ListenerTable
{
    private const string Connected = "03";

    // /proc/net/unix: SO_ACCEPTCON among the flags, and SOCK_STREAM.
    private const string ListeningFlags = "00010000";
    private const string Stream = "0001";

    /// <summary>
    /// The sockets that listen at an address, whatever else covers it; more than one is a SO_REUSEPORT group. Whether
    /// an IPv6 one takes IPv4 as well, only its holder knows.
    /// </summary>
    public static IReadOnlyList<ulong> At(BindTarget target) => target.EndPoint switch
    {
        IPEndPoint ip => [.. Tcp(ip.Port).Where(row => IsSame(row.Address, ip.Address)).Select(row => row.Inode)],
        UnixDomainSocketEndPoint unix when unix.ToString() is ['@', ..] name => [.. Abstract(name.Replace('\0', '@'))],
        UnixDomainSocketEndPoint unix => [.. Behind(unix.ToString())],
        _ => [],
    };

    /// <summary>The sockets that keep an address from being bound; of UNIX ones those that do not listen as well.</summary>
    public static IEnumerable<ulong> InTheWay(EndPoint address) => address switch
    {
        IPEndPoint ip => Tcp(ip.Port)
            .Where(row => IsSame(row.Address, ip.Address) || IsAny(row.Address) || IsAny(ip.Address))
            .Select(row => row.Inode),
        UnixDomainSocketEndPoint unix when unix.ToString() is ['@', ..] name => Unix()
            .Where(row => row.Name.TrimEnd('@') == name.TrimEnd('\0')).Select(row => row.Inode),
        UnixDomainSocketEndPoint unix => Unix().Where(row => row.Name == unix.ToString()).Select(row => row.Inode),
        _ => [],
    };

    /// <summary>Connections that were accepted at an address, or at others of the same port or file name.</summary>
    public static IEnumerable<ulong> Connections(BindTarget target) => target.EndPoint switch
    {
        IPEndPoint ip => Tcp(ip.Port, isListener: false).Select(row => row.Inode),
        var unix => Unix().Where(row => row.IsConnected && Tail(row.Name) == Tail(unix.ToString()!)).Select(row => row.Inode),
    };

    /// <summary>The same, with the address of the other end: <c>unix</c> where it has none.</summary>
    public static IEnumerable<(ulong Inode, string Remote)> Accepted(BindTarget target) => target.EndPoint switch
    {
        IPEndPoint ip => Tcp(ip.Port, isListener: false).Select(row => (row.Inode, EndPoint(row.Remote))),
        _ => Connections(target).Select(inode => (inode, "unix")),
    };

    private static IEnumerable<ulong> Abstract(string name)
        => Unix().Where(row => row.IsListener && row.Name == name).Select(row => row.Inode);

    // A name is as it was given to bind: perhaps relative, or through a link. The file decides, where the kernel tells.
    private static IEnumerable<ulong> Behind(string path)
    {
        return from row in Unix()
               where row.IsListener && Path.GetFileName(row.Name) == Path.GetFileName(path)
               where UnixDiag.Query(row.Inode)?.File is { } file ? file.Is(path) : row.Name == path
               select row.Inode;
    }

    private static string Tail(string name) => name.StartsWith('@') ? name.TrimEnd('@', '\0') : Path.GetFileName(name);

    private static bool IsSame(IPAddress one, IPAddress other)
        => one.GetAddressBytes().AsSpan().SequenceEqual(other.GetAddressBytes());

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static List<(IPAddress Address, string Remote, ulong Inode)> Tcp(int port, bool isListener = true)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        var found = new List<(IPAddress, string, ulong)>();
        foreach (var row in new TcpTable("/proc/net/tcp", "/proc/net/tcp6").Rows(suffix, isListener))
            found.Add((Address(row.Local[..^suffix.Length]), row.Remote, row.Inode));
        return found;
    }

    private static string EndPoint(string hex)
    {
        var colon = hex.IndexOf(':');
        var address = Address(hex[..colon]);
        return new IPEndPoint(
            address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            int.Parse(hex.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString();
    }

    // Words of 32 bits as the machine has them in memory.
    private static IPAddress Address(string hex)
    {
        var words = hex.Chunk(8).Select(word => uint.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return new IPAddress(MemoryMarshal.AsBytes<uint>(words.ToArray()));
    }

    // "Num RefCount Protocol Flags Type St Inode Path"; an abstract name's NULs are shown as @.
    private static IEnumerable<(string Name, ulong Inode, bool IsListener, bool IsConnected)> Unix()
    {
        foreach (var line in File.ReadLines("/proc/net/unix"))
        {
            var fields = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 8 && ulong.TryParse(fields[6], out var inode))
                yield return (fields[7], inode, fields[3] == ListeningFlags && fields[4] == Stream, fields[5] == Connected);
        }
    }
}
