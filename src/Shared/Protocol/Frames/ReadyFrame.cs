namespace Zerg.Protocol;

/// <summary>zergling -> pool: it could serve now.</summary>
internal sealed record ReadyFrame : Frame;
