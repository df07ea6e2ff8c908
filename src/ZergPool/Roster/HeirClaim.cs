using Zerg.Posix;

namespace ZergPool.Roster;

/// <summary>
/// A process that holds the sockets of a uWSGI which has ended is taken for its child, as daemonizing leaves one behind.
/// Whoever holds a descriptor can pass it to anybody, so that alone does not make a process one that the pool may end.
/// </summary>
/// <param name="User">The user who attached.</param>
/// <param name="Started">When the process that attached had started, in the kernel's words; null when unknown.</param>
internal sealed record HeirClaim(uint User, ulong? Started)
{
    /// <summary>
    /// The claim of a holder that the pool knows nothing of, since it has come to a pool before; null when it is gone.
    /// </summary>
    public static HeirClaim? OfItsOwn(int pid) => ProcessUsers.Of(pid) is { } users ? new HeirClaim(users.Real, null) : null;

    /// <summary>Opens a process that is one, to be signalled on behalf of the user who attached.</summary>
    /// <param name="pid">A holder of its sockets.</param>
    /// <param name="isHolder">Whether a process is a holder still, and not known as something else.</param>
    /// <returns>Null when it was there before the peer, or is of a user whom the peer could not signal.</returns>
    public ProcessHandle? Open(int pid, Func<int, bool> isHolder) => ProcessHandle.Open(
        pid,
        one => isHolder(one) && ProcessUsers.Of(one)?.MayBeSignalledBy(User) == true
            && (Started is not { } peer || ProcessTable.Started(one) >= peer),
        User);
}
