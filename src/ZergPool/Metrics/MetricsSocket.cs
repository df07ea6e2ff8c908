using System.Net.Sockets;
using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Upgrading;

namespace ZergPool.Metrics;

/// <summary>Where metrics are asked for.</summary>
internal sealed class MetricsSocket : IDisposable
{
    private const int Backlog = 16;

    private readonly (ulong Device, ulong Inode)? _file;

    private MetricsSocket(ListenAddress address, Socket listener, (ulong Device, ulong Inode)? file)
    {
        Address = address;
        Listener = listener;
        _file = file;
    }

    /// <summary>As the configuration has it.</summary>
    public ListenAddress Address { get; }

    public Socket Listener { get; }

    /// <summary>Where it really is, for people.</summary>
    public string Place => Address.IsUnix ? Address.ToString() : $"http://{Listener.LocalEndPoint}/metrics";

    /// <summary>Binds it.</summary>
    /// <exception cref="SyscallException">It cannot be bound.</exception>
    public static MetricsSocket Bind(ListenAddress address, PoolOptions options)
    {
        var file = new UnixSocketFile(UnixSocketFile.DefaultMode, options.Uid?.Id, options.Gid?.Id);
        using var bound = ListeningSocket.Bind(address.Resolve()[0], address, Backlog, file);
        var number = FileDescriptor.Duplicate(bound.Descriptor).Release();
        return new MetricsSocket(
            address, new Socket(new SafeSocketHandle(number, ownsHandle: true)),
            address.Kind == AddressKind.Path ? UnixSocketFile.IdentityOf(address.Host, bound.Descriptor) : null);
    }

    /// <summary>Hands it over.</summary>
    public OwnSocketState Freeze(Bequest bequest)
        => new(Address.ToString(), bequest.Add(Listener.SafeHandle), null, FileState.Of(_file));

    /// <summary>Takes it over.</summary>
    public static MetricsSocket Thaw(OwnSocketState state, ListenAddress address, Inheritance inheritance)
        => new(address, inheritance.ClaimSocket(state.Descriptor), state.File?.Identity);

    /// <summary>Closes it and removes its file, if that still is its own.</summary>
    public void Dispose()
    {
        if (_file is { } file)
            UnixSocketFile.Remove(Address.Host, file);
        Listener.Dispose();
    }
}
