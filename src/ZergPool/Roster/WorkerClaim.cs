using Zerg.Posix;

namespace ZergPool.Roster;

/// <summary>
/// A peer names a process as its worker, which the pool tells to end when the peer is no more. It must be a child of the
/// peer that the peer itself could signal, and nothing that the pool descends from.
/// </summary>
internal static class WorkerClaim
{
    /// <summary>Opens a worker, to be signalled on behalf of the peer's user.</summary>
    /// <param name="pid">What the peer said.</param>
    /// <param name="peer">The process that connected.</param>
    /// <param name="process">The peer's process; null in another pid namespace, where its numbers mean others.</param>
    /// <returns>Null when the claim is not true.</returns>
    public static ProcessHandle? Open(int pid, PeerCredentials peer, ProcessHandle? process)
    {
        // The parent is known by its number alone, which was the peer's as long as the peer runs after that.
        return process is null || peer.Pid <= 0 ? null : ProcessHandle.Open(
            pid,
            one => ProcessTable.Parent(one) == peer.Pid && process.IsAlive
                && ProcessUsers.Of(one)?.MayBeSignalledBy(peer.Uid) == true
                && !ProcessTable.Ancestry(Environment.ProcessId).Contains(one),
            peer.Uid);
    }
}
