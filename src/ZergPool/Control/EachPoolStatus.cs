namespace ZergPool.Control;

/// <param name="Path">Where zerglings attach to it.</param>
/// <param name="Generation">Its own.</param>
/// <param name="Handover">Null while none is under way.</param>
internal sealed record EachPoolStatus(string Path, int Generation, HandoverStatus? Handover);
