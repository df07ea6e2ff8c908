namespace ZergPool.Upgrading;

/// <summary>A launcher that somebody else had started.</summary>
/// <param name="Release">Its release.</param>
/// <param name="Launch">How.</param>
internal sealed record RememberedState(string Release, LaunchState Launch);
