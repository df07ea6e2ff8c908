using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg;

/// <summary>
/// One listening socket that a pool passed over. Its open file description is shared with the pool and with every
/// other zergling: never shut it down, never change its options, and give its number to a
/// <see cref="System.Net.Sockets.Socket"/> only with <c>ownsHandle: false</c>.
/// </summary>
public sealed class ZergSocket : IDisposable
{
    private readonly FileDescriptor _descriptor;

    internal ZergSocket(
        FileDescriptor descriptor, string name, string address, string protocol,
        string? certificate = null, string? key = null)
        : this(descriptor, new SocketInfo(name, address, protocol, certificate, key))
    {
    }

    internal ZergSocket(FileDescriptor descriptor, SocketInfo info)
    {
        _descriptor = descriptor;
        Name = info.Name;
        Address = info.Address;
        Protocol = info.Protocol;
        Certificate = info.Certificate;
        Key = info.Key;
    }

    /// <summary>Unique in its pool, printable ASCII without a colon.</summary>
    public string Name { get; }

    /// <summary>Canonical text: <c>0.0.0.0:80</c>, <c>[::1]:80</c>, <c>*:80</c>, a path, or <c>@name</c>.</summary>
    public string Address { get; }

    /// <summary>What is to be spoken on it: <c>http</c>, <c>https</c>, <c>uwsgi</c>, or <c>any</c>.</summary>
    public string Protocol { get; }

    /// <summary>
    /// For <c>https</c>: the absolute path of the certificate chain, PEM; null when the pool names none.
    /// </summary>
    public string? Certificate { get; }

    /// <summary>For <c>https</c>: the absolute path of the certificate's key, PEM; null for none.</summary>
    public string? Key { get; }

    /// <summary>The descriptor's number; it stays this object's.</summary>
    public int Handle => _descriptor.Number;

    internal FileDescriptor Descriptor => _descriptor;

    internal SocketInfo Info => new(Name, Address, Protocol, Certificate, Key);

    /// <summary>
    /// Whether both are descriptors of one listening socket, spoken on in the same way: what a pool passes once more
    /// need not be served twice.
    /// </summary>
    public bool IsSameAs(ZergSocket other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Protocol == other.Protocol && Descriptor.Inode == other.Descriptor.Inode;
    }

    /// <summary>Closes this process's copy; the pool and the others keep theirs.</summary>
    public void Dispose() => _descriptor.Dispose();
}
