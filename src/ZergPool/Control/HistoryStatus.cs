using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="To">The zergling that was to take over.</param>
/// <param name="Release">Its release.</param>
/// <param name="From">Those it replaced.</param>
/// <param name="Outcome">completed or failed.</param>
/// <param name="Reason">Why it failed, or empty.</param>
/// <param name="Output">The last lines of a release that failed.</param>
/// <param name="Started">When it began.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Pool">Which of several pools it was in, by its path.</param>
internal sealed record HistoryStatus(
    int To, string Release, IReadOnlyList<int> From, string Outcome, string Reason, IReadOnlyList<string> Output,
    DateTimeOffset Started, double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pool);
