namespace Zerg.Protocol;

/// <summary>pool -> launcher that said how many workers it has: serve with so many of them.</summary>
internal sealed record ScaleFrame : Frame
{
    /// <summary>From 0 to what its hello said.</summary>
    public required int Workers { get; init; }
}
