using Zerg;
using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Listening;

/// <content>What a reload changes.</content>
internal sealed partial class PoolSockets
{
    /// <summary>Makes it what a configuration says now: all of it, or nothing.</summary>
    /// <exception cref="SyscallException">An address that cannot be bound.</exception>
    /// <exception cref="ZergException">A host name that cannot be looked up.</exception>
    public void Change(PoolOptions options)
    {
        var before = _sockets.Concat(_leaving).ToList();
        var next = new List<(ListenSpec Asked, PoolSocket Socket)>();
        try
        {
            foreach (var asked in options.Sockets)
            {
                var kept = before.FindAll(socket => socket.Asked == Likest(before, asked)?.Asked);
                before.RemoveAll(kept.Contains);
                next.AddRange(kept.Count > 0
                    ? kept.Select(socket => (asked, socket))
                    : BindAll(asked, options).Select(socket => (asked, socket)));
            }
        }
        catch
        {
            Undo(next.Select(one => one.Socket).Where(socket => !_sockets.Contains(socket) && !_leaving.Contains(socket)));
            throw;
        }

        Name(next);
        _sockets.Clear();
        _sockets.AddRange(next.Select(one => one.Socket));
        _leaving.Clear();
        _leaving.AddRange(before);
    }

    /// <summary>Closes one that was removed and that nobody else holds any more.</summary>
    /// <exception cref="SyscallException">Its file is not this user's to remove; it is closed nevertheless.</exception>
    public void Close(PoolSocket socket)
    {
        _leaving.Remove(socket);
        using (socket)
            socket.Unlink();
    }

    private static PoolSocket? Likest(List<PoolSocket> sockets, ListenSpec asked) => sockets
        .Where(socket => socket.Asked.Address == asked.Address)
        .OrderBy(socket => socket.Asked == asked ? 0 : socket.Asked.Protocol == asked.Protocol ? 1 : 2)
        .FirstOrDefault();

    private List<PoolSocket> BindAll(ListenSpec asked, PoolOptions options)
    {
        var bound = new List<PoolSocket>();
        try
        {
            foreach (var target in ListeningSocket.Resolve(asked.Address))
                bound.Add(Bind(asked, asked.Address, target, options));
            return bound;
        }
        catch (SyscallException problem)
        {
            Undo(bound);
            throw Explain(problem, asked, options);
        }
    }

    private SyscallException Explain(SyscallException problem, ListenSpec asked, PoolOptions options)
    {
        var more = problem.Errno switch
        {
            Errno.EACCES when asked.Address is { IsUnix: false } && options.Uid is { } uid =>
                $": the pool has given up root for '{uid}'; what can be done: let it have CAP_NET_BIND_SERVICE "
                + "(systemd: AmbientCapabilities), pass the socket from the service manager, or restart the pool",
            Errno.EADDRINUSE when _sockets.Concat(_leaving).Any(other => Overlaps(other, asked)) =>
                ": this pool has a socket that covers it, which a restart replaces",
            _ => null,
        };
        return more is null ? problem : new SyscallException("bind", asked.Address.ToString(), problem.Errno, more);
    }

    private static bool Overlaps(PoolSocket other, ListenSpec asked)
        => !asked.Address.IsUnix && ListeningSocket.Resolve(asked.Address).Any(target => Overlap(other.Target, target));

    // A name stays with its socket: zerglings know it by that.
    private static void Name(List<(ListenSpec Asked, PoolSocket Socket)> sockets)
    {
        var taken = sockets.Where(HasName).Select(one => one.Socket.Spec.Name).ToHashSet();
        foreach (var (asked, socket) in sockets)
        {
            var spec = asked with { Address = socket.Spec.Address };
            socket.Respell(asked, spec with
            {
                Name = HasName((asked, socket)) ? socket.Spec.Name : SocketNames.Of(spec, taken),
            });
        }

        static bool HasName((ListenSpec Asked, PoolSocket Socket) one)
            => one.Socket.Spec.Name.Length > 0 && one.Socket.Spec.Protocol == one.Asked.Protocol;
    }
}
