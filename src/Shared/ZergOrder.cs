namespace Zerg;

/// <summary>What a pool tells an attached zergling to do.</summary>
public abstract record ZergOrder
{
    private ZergOrder()
    {
    }

    /// <summary>Accept no more connections; keep the open ones.</summary>
    /// <param name="Standby">
    /// It was replaced, and may be resumed: the open ones end after their next response, as in a drain, and it stays.
    /// </param>
    public sealed record Pause(bool Standby = false) : ZergOrder;

    /// <summary>Accept connections.</summary>
    /// <param name="Generation">The generation it serves in from now on, 0 from a pool that does not say.</param>
    public sealed record Resume(int Generation = 0) : ZergOrder;

    /// <summary>
    /// Stop accepting, finish what was accepted, leave with status 0. Who does not report
    /// <see cref="ZerglingState.Draining"/> within the mercy and ten seconds is ended by force.
    /// </summary>
    /// <param name="Mercy">When what is left is to be ended by force.</param>
    /// <param name="Reason">Why, in one line.</param>
    public sealed record Drain(TimeSpan Mercy, string Reason) : ZergOrder;

    /// <summary>Leave now.</summary>
    /// <param name="Reason">Why, in one line.</param>
    /// <param name="ExitCode">The status to exit with.</param>
    public sealed record Stop(string Reason, int ExitCode) : ZergOrder;

    /// <summary>Serve with so many workers; given to launchers whose options named how many they have.</summary>
    /// <param name="Workers">From 0 to what <see cref="ZergClientOptions.Workers"/> says.</param>
    public sealed record Scale(int Workers) : ZergOrder;

    /// <summary>Sockets came and went; one that is added under a name already held replaces that one.</summary>
    /// <param name="Added">New sockets, now owned by the receiver.</param>
    /// <param name="Removed">Names to be let go.</param>
    public sealed record Sockets(IReadOnlyList<ZergSocket> Added, IReadOnlyList<string> Removed) : ZergOrder;
}
