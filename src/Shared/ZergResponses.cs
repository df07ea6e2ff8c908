namespace Zerg;

/// <summary>What a zergling has answered since its start; every number only grows.</summary>
/// <param name="Classes">Responses by class: 1xx, 2xx, 3xx, 4xx, 5xx.</param>
/// <param name="Latencies">
/// Those whose latency counts, each in the first of <see cref="Bounds"/> that it does not exceed.
/// </param>
/// <param name="Seconds">The sum of those latencies.</param>
public sealed record ZergResponses(IReadOnlyList<long> Classes, IReadOnlyList<long> Latencies, double Seconds)
{
    /// <summary>How many classes there are.</summary>
    public const int ClassCount = 5;

    // Of all of them, a million a second for three years: the sum over every session that there can be fits a long.
    private const long Most = 100_000_000_000_000;

    /// <summary>Upper bounds of the latencies, in seconds. What takes longer than the last is a stream.</summary>
    public static IReadOnlyList<double> Bounds { get; } =
    [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60,
    ];

    /// <summary>Nothing yet.</summary>
    public static ZergResponses None { get; } = new(new long[ClassCount], new long[Bounds.Count], 0);

    /// <summary>All of them.</summary>
    internal long All() => Classes.Sum();

    /// <summary>Those whose latency counts.</summary>
    internal long Timed() => Latencies.Sum();

    /// <summary>Whether a zergling that had told <paramref name="earlier"/> can tell this.</summary>
    internal bool CanFollow(ZergResponses? earlier)
    {
        earlier ??= None;
        return Classes.Count == ClassCount && Latencies.Count == Bounds.Count
            && double.IsFinite(Seconds) && Seconds >= earlier.Seconds && Seconds <= Most
            && Classes.Zip(earlier.Classes).All(IsGrown) && Latencies.Zip(earlier.Latencies).All(IsGrown)
            && All() <= Most && Timed() <= All();
    }

    internal ZergResponses Plus(ZergResponses other) => new(
        [.. Classes.Zip(other.Classes, (one, two) => Math.Min(one + two, Most))],
        [.. Latencies.Zip(other.Latencies, (one, two) => Math.Min(one + two, Most))],
        Math.Min(Seconds + other.Seconds, Most));

    internal ZergResponses Minus(ZergResponses other) => new(
        [.. Classes.Zip(other.Classes, (one, two) => one - two)],
        [.. Latencies.Zip(other.Latencies, (one, two) => one - two)], Math.Max(Seconds - other.Seconds, 0));

    /// <summary>
    /// The latency that a share of the responses does not exceed, in seconds, as if they lay evenly in their bucket;
    /// null without any.
    /// </summary>
    internal double? Quantile(double share)
    {
        var rank = share * Timed();
        double before = 0;
        for (var bucket = 0; bucket < Latencies.Count; bucket++)
        {
            if (Latencies[bucket] == 0)
                continue;
            if (before + Latencies[bucket] >= rank)
            {
                var lower = bucket == 0 ? 0 : Bounds[bucket - 1];
                return lower + ((Bounds[bucket] - lower) * (rank - before) / Latencies[bucket]);
            }

            before += Latencies[bucket];
        }

        // The rounding of the rank may leave it behind the last one.
        return before == 0 ? null : Bounds[Latencies.Select((count, bucket) => count > 0 ? bucket : 0).Max()];
    }

    private static bool IsGrown((long Now, long Before) pair) => pair.Now >= pair.Before && pair.Now <= Most;
}
