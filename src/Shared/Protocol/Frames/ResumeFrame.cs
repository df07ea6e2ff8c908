namespace Zerg.Protocol;

/// <summary>pool -> zergling: accept.</summary>
internal sealed record ResumeFrame : Frame
{
    /// <summary>The generation it serves in from now on; told again to a pool that has forgotten it.</summary>
    public int Generation { get; init; }
}
