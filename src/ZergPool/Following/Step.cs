namespace ZergPool.Following;

/// <summary>One step of a deploy, as it is shown.</summary>
/// <param name="Name">attach, start, check, hand-over, bake or drain.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Took">How long it has taken so far; null for one that was not seen.</param>
internal sealed record Step(string Name, StepState State = StepState.Ahead, TimeSpan? Took = null)
{
    /// <summary>What it waits for, or came to.</summary>
    public string Text { get; init; } = "";

    /// <summary>What was last heard from there.</summary>
    public string? Said { get; init; }
}
