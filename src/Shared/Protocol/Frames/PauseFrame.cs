namespace Zerg.Protocol;

/// <summary>pool -> zergling: accept no more, keep everything open.</summary>
internal sealed record PauseFrame : Frame
{
    /// <summary>
    /// It was replaced and may be resumed: what is open ends as in a drain, but the zergling stays, warm.
    /// </summary>
    public bool Standby { get; init; }
}
