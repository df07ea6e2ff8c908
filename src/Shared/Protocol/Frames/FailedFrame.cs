namespace Zerg.Protocol;

/// <summary>zergling -> pool: it will not become ready.</summary>
internal sealed record FailedFrame : Frame
{
    /// <summary>Why, in one line.</summary>
    public required string Reason { get; init; }

    /// <summary>The last lines the failed program wrote.</summary>
    public IReadOnlyList<string> Output { get; init => field = value ?? []; } = [];
}
