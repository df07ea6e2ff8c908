using Zerg.Configuration;

namespace Zerg.Posix;

/// <summary>What processes have accepted and not closed yet, from /proc: proc(5).</summary>
internal static class AcceptedConnections
{
    /// <summary>Connections at some addresses that these processes and their descendants have.</summary>
    /// <returns>Null when there is none that this user can see.</returns>
    public static OpenConnections? Of(IReadOnlyCollection<int> ancestors, IEnumerable<BindTarget> targets)
    {
        var left = new Dictionary<ulong, string>();
        foreach (var (inode, remote) in targets.SelectMany(ListenerTable.Accepted))
            left[inode] = remote;
        if (left.Count == 0)
            return null;
        var found = new List<OpenConnection>();
        foreach (var pid in ProcessTable.Family(ancestors))
        {
            // Of several processes that inherited it the first is named.
            foreach (var inode in SocketHolders.Inodes(pid))
            {
                if (left.Remove(inode, out var remote))
                    found.Add(new OpenConnection(remote == "unix" ? remote : "tcp", remote, null, pid));
            }
        }

        return found.Count == 0 ? null : OpenConnections.Of(found);
    }
}
