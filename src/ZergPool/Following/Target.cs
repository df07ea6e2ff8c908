namespace ZergPool.Following;

/// <summary>Whom to follow: a deployment, a release, or whoever comes next.</summary>
/// <param name="Deployment">Its number; null for one that somebody else started.</param>
/// <param name="Release">Its label; null for any.</param>
/// <param name="Since">For whoever comes next: what was over before is not meant.</param>
internal sealed record Target(int? Deployment, string? Release, DateTimeOffset Since = default);
