using Zerg.Posix;

namespace ZergPool.Roster;

/// <summary>
/// A process that holds the sockets of a uWSGI which has ended is taken for its child, as daemonizing leaves one behind.
/// A holder can pass a descriptor to any process, so that alone does not make a process one that the pool may end.
/// </summary>
/// <param name="User">The user who attached.</param>
/// <param name="Started">When the process that attached had started, in the kernel's words; null when unknown.</param>
/// <param name="IsItself">Whether that very process is meant, and none that it may have left behind.</param>
internal sealed record HeirClaim(uint User, ulong? Started, bool IsItself = false)
{
    /// <summary>The claim of a holder that no record names: it is shown, and never signalled.</summary>
    public static HeirClaim Unknown { get; } = new(ProcessUsers.NoUser, null);

    /// <summary>Opens a process that is one, to be signalled on behalf of the user who attached.</summary>
    /// <param name="pid">A holder of its sockets.</param>
    /// <param name="isHolder">Whether a process is a holder still, and not known as something else.</param>
    /// <returns>Null when it was there before the peer, or is of a user whom the peer could not signal.</returns>
    public ProcessHandle? Open(int pid, Func<int, bool> isHolder)
        => ProcessHandle.Open(pid, one => isHolder(one) && (this == Unknown || IsTrueOf(one)), User);

    private bool IsTrueOf(int pid) => ProcessUsers.Of(pid)?.MayBeSignalledBy(User) == true
        && (Started is not { } peer || ProcessTable.Started(pid) is { } started && (IsItself ? started == peer : started >= peer));
}
