namespace ZergPool.Handover;

/// <summary>A hand-over that is over, or a release that failed before it had one.</summary>
/// <param name="To">The member that was to take over; 0 for a release that never attached.</param>
/// <param name="Release">Its release.</param>
/// <param name="From">The members it replaced.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why it failed, or empty.</param>
/// <param name="Output">The last lines of a release that failed.</param>
/// <param name="Started">When it began.</param>
/// <param name="Duration">How long it took.</param>
internal sealed record HandoverRecord(
    int To, string Release, IReadOnlyList<int> From, HandoverOutcome Outcome, string Reason,
    IReadOnlyList<string> Output, DateTimeOffset Started, TimeSpan Duration)
{
    /// <summary>How long it took; nothing where somebody has set the clock back meanwhile.</summary>
    public TimeSpan Duration { get; init; } = Duration > TimeSpan.Zero ? Duration : TimeSpan.Zero;

    /// <summary>No hand-over, but a drain that ended by force, from its start on.</summary>
    public bool IsForcedOut { get; init; }
}
