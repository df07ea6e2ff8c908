namespace ZergPool.Handover;

/// <summary>A release that was replaced, has left, and is gone back to: it starts again.</summary>
/// <param name="Release">Its label.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">The member that is gone back from; 0 when it is not known.</param>
internal sealed record GoingBack(string Release, string Reason, int From);
