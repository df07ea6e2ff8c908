namespace Zerg.Protocol;

/// <summary>pool -> zergling: accept no more, keep everything open.</summary>
internal sealed record PauseFrame : Frame;
