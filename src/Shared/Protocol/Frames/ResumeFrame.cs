namespace Zerg.Protocol;

/// <summary>pool -> zergling: accept.</summary>
internal sealed record ResumeFrame : Frame;
