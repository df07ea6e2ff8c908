namespace Zerg.StrictClient;

/// <summary>Where a run stands; the last three members cover the time since the snapshot before.</summary>
internal sealed record LoadSnapshot
{
    public required TimeSpan At { get; init; }

    public required long Requests { get; init; }

    public required long Losses { get; init; }

    public required IReadOnlyDictionary<string, long> Releases { get; init; }

    public required IReadOnlyDictionary<string, long> RecentReleases { get; init; }

    public required double RecentP50 { get; init; }

    public required double RecentP99 { get; init; }
}
