namespace Zerg.Protocol;

/// <summary>zergling -> pool: what it is doing. Sent at every change, and about once a second while numbers move.</summary>
internal sealed record StateFrame : Frame
{
    /// <summary>Starting, accepting, paused or draining.</summary>
    public required ZerglingState State { get; init; }

    /// <summary>Open connections; null where the zergling cannot know.</summary>
    public int? Connections { get; init; }

    /// <summary>Requests in flight; null where the zergling cannot know.</summary>
    public int? Requests { get; init; }

    /// <summary>Workers that have ended though nobody had told them to, since its start.</summary>
    public int Crashes { get; init; }

    /// <summary>Workers that it is to have now; 0 from who takes no order to scale.</summary>
    public int Target { get; init; }

    /// <summary>Workers that are ready and not leaving.</summary>
    public int Ready { get; init; }

    /// <summary>What it has answered since its start; null where the zergling cannot know.</summary>
    public ZergResponses? Responses { get; init; }

    /// <summary>The process ids of its workers.</summary>
    public IReadOnlyList<int> Workers { get; init => field = value ?? []; } = [];

    /// <summary>What it still waits for while it drains; null where it cannot know, or does not wait.</summary>
    public OpenConnections? Open { get; init => field = value?.Bounded(); }

    /// <summary>The last line of a launcher's worker while it starts, or of one that has died; null for none.</summary>
    public string? Said { get; init => field = value is null ? null : OneLine.Of(FrameText.Cut(value)); }
}
