namespace ZergPool.Following;

/// <summary>One line of <c>--json</c>.</summary>
/// <param name="Time">When it was seen.</param>
/// <param name="Stage">queued, starting, checking, waiting, switching, draining, done or failed.</param>
/// <param name="Text">One line for people.</param>
/// <param name="Zergling">Its place in the roster.</param>
/// <param name="Output">The last lines of a release that failed.</param>
internal sealed record ProgressEvent(
    DateTimeOffset Time, string Stage, string Text, int? Zergling, IReadOnlyList<string>? Output);
