using ZergPool.Control;

namespace Zerg.Demo;

/// <summary>What is to be seen at one moment.</summary>
internal sealed record Scene
{
    public required TimeSpan Elapsed { get; init; }

    public required string Address { get; init; }

    public required int HandOvers { get; init; }

    public required int PlannedHandOvers { get; init; }

    public required long Requests { get; init; }

    public required long Losses { get; init; }

    public required double PerSecond { get; init; }

    public required double P50 { get; init; }

    public required double P99 { get; init; }

    /// <summary>The answers of each release over the last second.</summary>
    public required IReadOnlyDictionary<string, long> Answers { get; init; }

    /// <summary>The releases that failed and never answered anybody.</summary>
    public required IReadOnlyList<string> Refused { get; init; }

    /// <summary>Four a second, the newest last.</summary>
    public required IReadOnlyList<Pulse> Pulses { get; init; }

    public required StatusDocument? Status { get; init; }

    /// <summary>The part of the recent answers that a release gave.</summary>
    public double Share(string release)
    {
        var all = Answers.Values.Sum();
        return all == 0 ? 0 : (double)Answers.GetValueOrDefault(release) / all;
    }
}
