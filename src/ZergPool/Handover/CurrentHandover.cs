namespace ZergPool.Handover;

/// <summary>The hand-over under way.</summary>
/// <param name="To">The member that takes over.</param>
/// <param name="Release">The release of that member.</param>
/// <param name="From">The members that it replaces; known from the switch on, of an exchange from the order to accept on.</param>
/// <param name="Phase">How far it is.</param>
/// <param name="Started">When it began.</param>
/// <param name="PhaseStarted">When its phase began.</param>
internal sealed record CurrentHandover(
    int To, string Release, IReadOnlyList<int> From, HandoverPhase Phase,
    DateTimeOffset Started, DateTimeOffset PhaseStarted)
{
    /// <summary>Why the release before takes over again; null for a hand-over to another one.</summary>
    public string? Back { get; init; }

    /// <summary>How far workers have been exchanged; null when all of them change at once.</summary>
    public Roll? Roll { get; init; }
}
