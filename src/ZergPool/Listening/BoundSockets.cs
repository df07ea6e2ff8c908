using System.Net;
using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Listening;

/// <summary>The sockets of every pool of this process, each bound once: all of them, or none.</summary>
internal sealed class BoundSockets : IDisposable
{
    private readonly Dictionary<ListenSpec, List<PoolSocket>> _bySpec = [];

    private BoundSockets(IReadOnlyList<PoolSocket> sockets) => Sockets = sockets;

    /// <summary>Every socket once.</summary>
    public IReadOnlyList<PoolSocket> Sockets { get; }

    /// <summary>Binds everything.</summary>
    /// <exception cref="SyscallException">The first address that cannot be had; nothing stays bound.</exception>
    public static BoundSockets Bind(PoolOptions options)
    {
        var bound = new List<(ListenSpec Asked, ListeningSocket Socket)>();
        try
        {
            foreach (var spec in options.Sockets)
            {
                foreach (var socket in BindAll(spec.Address, options, bound.ConvertAll(one => one.Asked.Address)))
                    bound.Add((spec, socket));
            }

            // Names speak of ports, and port 0 has become a real one only now.
            var named = SocketNames.Assign([.. bound.Select(one => one.Asked with { Address = one.Socket.Address })]);
            var table = new BoundSockets([.. bound.Zip(named, (one, spec) => new PoolSocket(spec, one.Socket.Descriptor))]);
            foreach (var (one, socket) in bound.Zip(table.Sockets))
            {
                if (!table._bySpec.TryGetValue(one.Asked, out var sockets))
                    table._bySpec[one.Asked] = sockets = [];
                sockets.Add(socket);
            }

            return table;
        }
        catch
        {
            foreach (var (asked, socket) in bound)
            {
                using var undone = new PoolSocket(asked, socket.Descriptor);
                undone.Unlink();
            }

            throw;
        }
    }

    /// <summary>What one pool passes on, in the order of its configuration.</summary>
    public IReadOnlyList<PoolSocket> Of(PoolSpec pool) => [.. pool.Sockets.SelectMany(spec => _bySpec[spec])];

    /// <summary>Removes the files of the UNIX sockets, for when nobody needs them.</summary>
    /// <exception cref="SyscallException">A directory is not this user's to change.</exception>
    public void Unlink()
    {
        foreach (var socket in Sockets)
            socket.Unlink();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in Sockets)
            socket.Dispose();
    }

    private static IReadOnlyList<ListeningSocket> BindAll(
        ListenAddress address, PoolOptions options, IReadOnlyList<ListenAddress> before)
    {
        try
        {
            return ListeningSocket.BindAll(address, options.Backlog, File(options));
        }
        catch (SyscallException problem) when (problem.Errno == Errno.EADDRINUSE
            && before.FirstOrDefault(other => Overlap(other, address)) is { } other)
        {
            throw new SyscallException(
                "bind", address.ToString(), problem.Errno, $", '{other}' of this configuration already covers it");
        }
    }

    // As the kernel sees it: the same port of the same address, or of one that stands for all.
    private static bool Overlap(ListenAddress one, ListenAddress other)
        => one.Port != 0 && one.Port == other.Port && one.Resolve().Any(a => other.Resolve().Any(b => Overlap(a, b)));

    private static bool Overlap(BindTarget one, BindTarget other)
        => (one.EndPoint, other.EndPoint) is (IPEndPoint a, IPEndPoint b)
            && (a.Address.Equals(b.Address) || ((IsAny(a) || IsAny(b))
                && (a.AddressFamily == b.AddressFamily || one.DualMode || other.DualMode)));

    private static bool IsAny(IPEndPoint end)
        => end.Address.Equals(IPAddress.Any) || end.Address.Equals(IPAddress.IPv6Any);

    /// <summary>Mode and owner of the files of what is passed on.</summary>
    public static UnixSocketFile File(PoolOptions options) => options.SocketOwner is { } owner
        ? new UnixSocketFile(options.SocketMode, owner.User.Id, owner.Group?.Id ?? options.Gid?.Id)
        : new UnixSocketFile(options.SocketMode, options.Uid?.Id, options.Gid?.Id);
}
