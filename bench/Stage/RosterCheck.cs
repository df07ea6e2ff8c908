using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Control;

namespace Zerg.Stage;

/// <summary>Whether what a pool says of its zerglings is what /proc says.</summary>
internal static class RosterCheck
{
    /// <summary>Everything that is not so, a line each.</summary>
    public static IEnumerable<string> Problems(StatusDocument status)
    {
        var holders = new Dictionary<string, HashSet<int>>();
        foreach (var socket in status.Sockets)
        {
            if (socket.State != "held")
            {
                yield return $"{socket.Address} is {socket.State}";
                continue;
            }

            var inodes = ListenerTable.At(ListenAddress.Parse(socket.Address).Value!.Resolve()[0]).ToHashSet();
            if (inodes.Count != 1)
                yield return $"{socket.Address} has {inodes.Count} listeners";
            holders[socket.Address] = [.. SocketHolders.Of(inodes)];
            if (!holders[socket.Address].Contains(status.Pool.Pid))
                yield return $"{socket.Address} is not held by the pool, pid {status.Pool.Pid}";
        }

        var known = status.Zerglings.SelectMany(one => one.Workers.Append(one.Pid)).Append(status.Pool.Pid).ToHashSet();
        foreach (var one in status.Zerglings)
        {
            foreach (var pid in one.Workers.Append(one.Pid))
            {
                if (ProcessTable.IsExiting(pid))
                    yield return $"zergling {one.Id} ('{one.Release}'): pid {pid} does not live";
                foreach (var socket in status.Sockets.Where(socket => socket.Pool == one.Pool))
                {
                    if (holders.TryGetValue(socket.Address, out var pids) && !pids.Contains(pid))
                        yield return $"zergling {one.Id} ('{one.Release}'): pid {pid} does not hold {socket.Address}";
                }
            }
        }

        // A server that a worker has forked is the worker's.
        foreach (var (address, pids) in holders)
        {
            foreach (var pid in pids.Where(pid => !ProcessTable.Ancestry(pid).Any(known.Contains)))
                yield return $"pid {pid} ({SocketHolders.Command(pid)}) holds {address}, and nobody knows it";
        }
    }
}
