using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="To">The zergling that was to take over, or was forced out; 0 for a release that never attached.</param>
/// <param name="Release">Its release.</param>
/// <param name="From">Those it replaced.</param>
/// <param name="Outcome">completed, failed, rolled back or forced out.</param>
/// <param name="Reason">Why it failed, or empty.</param>
/// <param name="Output">The last lines of a release that failed, or what it was that was waited for.</param>
/// <param name="Started">When it began.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Pool">Which of several pools it was in, by its path.</param>
internal sealed record HistoryStatus(
    int To, string Release, IReadOnlyList<int> From, string Outcome, string Reason, IReadOnlyList<string> Output,
    DateTimeOffset Started, double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pool)
{
    /// <summary>The outcome of a drain that was ended by force.</summary>
    public const string ForcedOut = "forced out";

    /// <summary>Whether it is the end of a drain, and no hand-over.</summary>
    [JsonIgnore]
    public bool IsForcedOut => Outcome == ForcedOut;
}
