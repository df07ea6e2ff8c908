namespace Zerg.Soak;

/// <summary>What is done to the pool.</summary>
internal enum ActKind
{
    HandOver,
    Kill,
    Upgrade,
    Reload,
}

/// <param name="Kind">What is done.</param>
/// <param name="During">How long after the start of the next hand-over; null for by itself.</param>
internal sealed record Act(ActKind Kind, TimeSpan? During)
{
    // From the start of a new process until it has taken over.
    private const double HandOverSeconds = 0.9;

    /// <summary>All that is asked for, in a random order; half of what disturbs does so while a release takes over.</summary>
    public static IReadOnlyList<Act> Shuffle(SoakOptions options, Random random)
    {
        ActKind[] kinds =
        [
            .. Enumerable.Repeat(ActKind.HandOver, options.HandOvers), .. Enumerable.Repeat(ActKind.Kill, options.Kills),
            .. Enumerable.Repeat(ActKind.Upgrade, options.Upgrades),
            .. Enumerable.Repeat(ActKind.Reload, options.Reloads),
        ];
        random.Shuffle(kinds);
        return [.. kinds.Select(kind => new Act(kind, kind != ActKind.HandOver && random.Next(2) == 0
            ? TimeSpan.FromSeconds(random.NextDouble() * HandOverSeconds)
            : null))];
    }
}
