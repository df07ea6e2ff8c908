namespace Zerg.Protocol;

/// <summary>zergling -> pool, last of all: it leaves on purpose.</summary>
internal sealed record ByeFrame : Frame
{
    /// <summary>Why, in one line.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";
}
