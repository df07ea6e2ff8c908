namespace Zerg.Protocol;

/// <summary>pool -> zergling: leave now.</summary>
internal sealed record StopFrame : Frame
{
    /// <summary>Why, in one line.</summary>
    public required string Reason { get; init; }

    /// <summary>The status to exit with, one of sysexits.h.</summary>
    public int ExitCode { get; init; }
}
