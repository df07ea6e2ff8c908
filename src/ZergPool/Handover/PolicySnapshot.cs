namespace ZergPool.Handover;

/// <summary>All that a policy knows, for one that goes on where it stopped.</summary>
internal sealed record PolicySnapshot
{
    public required IReadOnlyList<Member> Members { get; init; }

    public required int Generation { get; init; }

    /// <summary>The hand-over under way, or null.</summary>
    public CurrentHandover? Current { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<HandoverRecord> History { get; init; }

    /// <summary>Releases that were replaced, and when.</summary>
    public required IReadOnlyDictionary<string, DateTimeOffset> Replaced { get; init; }

    /// <summary>What can be gone back to, or null.</summary>
    public RollbackWindow? Window { get; init; }

    /// <summary>What was gone back to and has to start again; null for nothing.</summary>
    public GoingBack? GoesBack { get; init; }

    /// <summary>The release that entered service last.</summary>
    public string? Release { get; init; }
}
