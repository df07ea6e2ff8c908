namespace ZergPool.Following;

/// <summary>How far a release has come.</summary>
/// <param name="Stage">queued, starting, checking, waiting, switching, rolling, baking, returning, draining, done or failed.</param>
/// <param name="Text">One line for people.</param>
/// <param name="Zergling">Its place in the roster; null before it attached.</param>
internal sealed record Progress(string Stage, string Text, int? Zergling = null)
{
    public const string Done = "done";
    public const string Failed = "failed";

    /// <summary>The last lines of a release that failed.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>What was last heard from where it is now: a line of its output, or what a drain waits for.</summary>
    public string? Said { get; init; }

    /// <summary>What can be gone back to, in one line; null for nothing.</summary>
    public string? Spare { get; init; }

    /// <summary>Whether there is nothing more to come.</summary>
    public bool IsLast => Stage is Done or Failed;
}
