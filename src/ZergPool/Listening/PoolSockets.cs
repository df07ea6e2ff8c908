using System.Net;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Listening;

/// <summary>
/// The sockets of every pool of this process, each once. After a crash of the pool before, some may be missing for a
/// while: other processes hold them and have not given them yet.
/// </summary>
internal sealed partial class PoolSockets : IDisposable
{
    private readonly List<PoolSocket> _sockets = [];
    private readonly List<PoolSocket> _leaving = [];

    /// <summary>Every socket that is passed on, once.</summary>
    public IReadOnlyList<PoolSocket> Sockets => _sockets;

    /// <summary>Those that a reload removed, and that others still hold.</summary>
    public IReadOnlyList<PoolSocket> Leaving => _leaving;

    /// <summary>Whether the pool has all of them.</summary>
    public bool IsComplete => _sockets.TrueForAll(socket => socket.IsHeld);

    /// <summary>Gets everything that can be had now.</summary>
    /// <exception cref="SyscallException">The first address that nobody will ever give; nothing stays bound.</exception>
    /// <exception cref="ZergException">A host name that cannot be looked up, or an address that is another program's.</exception>
    public static PoolSockets Acquire(PoolOptions options, SocketSources sources)
    {
        var table = new PoolSockets();
        try
        {
            table.AcquireAll(options, sources);
            table.FindFormers(sources);
            return table;
        }
        catch
        {
            table.Undo();
            throw;
        }
    }

    /// <summary>What one pool passes on, in the order of its configuration.</summary>
    public IReadOnlyList<PoolSocket> Of(PoolSpec pool)
        => [.. pool.Sockets.SelectMany(spec => _sockets.Where(socket => socket.Asked == spec))];

    /// <summary>Binds what is missing and free by now.</summary>
    public void Retry(PoolOptions options)
    {
        foreach (var socket in _sockets.Where(socket => !socket.IsHeld))
        {
            try
            {
                socket.Take(
                    ListeningSocket.Bind(socket.Target, socket.Spec.Address, options.Backlog, File(options)).Descriptor,
                    null);
            }
            catch (IOException problem)
            {
                socket.Problem = problem;
            }
        }
    }

    /// <summary>Removes the files of the UNIX sockets, for when nobody needs them.</summary>
    /// <exception cref="SyscallException">A directory is not this user's to change.</exception>
    public void Unlink()
    {
        foreach (var socket in _sockets.Concat(_leaving))
            socket.Unlink();
    }

    /// <summary>Closes everything, and leaves no file of what was made here; what came from others stays theirs.</summary>
    public void Undo() => Undo(_sockets);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _sockets.Concat(_leaving))
            socket.Dispose();
    }

    /// <summary>Mode and owner of the files of what is passed on.</summary>
    public static UnixSocketFile File(PoolOptions options) => options.SocketOwner is { } owner
        ? new UnixSocketFile(options.SocketMode, owner.User.Id, owner.Group?.Id ?? options.Gid?.Id)
        : new UnixSocketFile(options.SocketMode, options.Uid?.Id, options.Gid?.Id);

    private void AcquireAll(PoolOptions options, SocketSources sources)
    {
        foreach (var asked in options.Sockets)
        {
            foreach (var (address, target) in sources.Targets(asked.Address))
                _sockets.Add(Acquire(asked, address, target, options, sources));
        }

        // Names speak of ports, and port 0 has become a real one only now.
        foreach (var (socket, spec) in _sockets.Zip(SocketNames.Assign(_sockets.ConvertAll(socket => socket.Spec))))
            socket.Respell(socket.Asked, spec);
    }

    private PoolSocket Acquire(
        ListenSpec asked, ListenAddress address, BindTarget target, PoolOptions options, SocketSources sources)
    {
        var named = ListeningSocket.Named(target, address);
        var known = new PoolSocket(asked, asked with { Address = named }, target) { Recorded = sources.Recorded(named) };
        if (sources.AdoptedBefore(known.Spec.Address) is { } before)
            known.Resume(before);
        if (sources.Passed(target, known.Spec.Address) is { } passed)
        {
            known.Take(passed, "the service manager");
            return known;
        }

        try
        {
            var bound = Bind(asked, address, target, options);
            known.Dispose();
            return bound;
        }
        catch (SyscallException problem) when (problem.Errno == Errno.EADDRINUSE)
        {
            if (_sockets.Find(other => Overlap(other.Target, target)) is { } other)
                throw Covered(address, other);

            // The kernel chose that port for a pool of which nothing is left: for this one it chooses another.
            if (address != asked.Address && !sources.IsThere(target))
            {
                known.Dispose();
                return Bind(asked, asked.Address, ListeningSocket.Resolve(asked.Address)[0], options);
            }

            known.Problem = problem;
            try
            {
                var adopted = sources.Adopted(target, problem);
                if ((adopted ?? sources.Held(target, problem)) is { } taken)
                {
                    var from = $"pid {taken.Pid} ({SocketHolders.Command(taken.Pid)})";
                    known.Take(taken.Descriptor, from, adopted is null ? null : from);
                }

                return known;
            }
            catch (Exception reason) when (reason is SyscallException or ZergException && ListenerTable.At(target).Count == 0)
            {
                // Whoever had it may have gone while it was looked for. What is in the way otherwise is so still.
                var bound = Bind(asked, address, target, options);
                known.Dispose();
                return bound;
            }
        }
    }

    private static PoolSocket Bind(ListenSpec asked, ListenAddress address, BindTarget target, PoolOptions options)
    {
        var bound = ListeningSocket.Bind(target, address, options.Backlog, File(options));
        var socket = new PoolSocket(asked, asked with { Address = bound.Address, Name = "" }, bound.Target);
        socket.Take(bound.Descriptor, null);
        return socket;
    }

    private void Undo(IEnumerable<PoolSocket> sockets)
    {
        foreach (var socket in sockets.ToList())
        {
            try
            {
                if (socket is { IsHeld: true, From: null })
                    socket.Unlink();
            }
            catch (SyscallException)
            {
                // It was root's to remove; what made the pool give up is said, and the next one replaces it.
            }

            socket.Dispose();
            _sockets.Remove(socket);
        }
    }

    private static SyscallException Covered(ListenAddress address, PoolSocket other) => new(
        "bind", address.ToString(), Errno.EADDRINUSE, $", '{other.Asked.Address}' of this configuration already covers it");

    // As the kernel sees it: the same port of the same address, or of one that stands for all.
    private static bool Overlap(BindTarget one, BindTarget other)
        => (one.EndPoint, other.EndPoint) is (IPEndPoint a, IPEndPoint b) && a.Port == b.Port
            && (a.Address.Equals(b.Address) || ((IsAny(a) || IsAny(b))
                && (a.AddressFamily == b.AddressFamily || one.DualMode || other.DualMode)));

    private static bool IsAny(IPEndPoint end)
        => end.Address.Equals(IPAddress.Any) || end.Address.Equals(IPAddress.IPv6Any);
}
