using ZergPool.Handover;

namespace ZergPool.Metrics;

/// <summary>How the hand-overs of one pool ended.</summary>
internal sealed class HandoverCounts
{
    public Dictionary<HandoverOutcome, long> Outcomes { get; init; } = [];

    /// <summary>How long those took after which another release served.</summary>
    public double Seconds { get; set; }

    /// <summary>How many those were.</summary>
    public long Took => Of(HandoverOutcome.Completed) + Of(HandoverOutcome.RolledBack);

    public long Of(HandoverOutcome outcome) => Outcomes.GetValueOrDefault(outcome);

    /// <summary>One more has ended.</summary>
    public void Add(HandoverOutcome outcome, TimeSpan duration)
    {
        Outcomes[outcome] = Of(outcome) + 1;
        if (outcome != HandoverOutcome.Failed)
            Seconds += duration.TotalSeconds;
    }
}
