namespace ZergPool.Control;

/// <summary>A release that is gone back to, and has to start again first.</summary>
/// <param name="Release">Its label.</param>
/// <param name="From">The zergling that is gone back from; 0 when it is not known.</param>
/// <param name="Reason">Why.</param>
/// <param name="Pool">Which pool; null where there is only one.</param>
internal sealed record GoingBackStatus(string Release, int From, string Reason, string? Pool);
