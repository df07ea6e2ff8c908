namespace Zerg.Protocol;

/// <summary>pool -> zergling: stop accepting, finish what was accepted, leave with status 0.</summary>
internal sealed record DrainFrame : Frame
{
    /// <summary>Seconds until what is left is ended by force.</summary>
    public required double Mercy { get; init; }

    /// <summary>Why, in one line.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";
}
