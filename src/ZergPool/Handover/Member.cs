namespace ZergPool.Handover;

/// <summary>One zergling as the policy sees it.</summary>
/// <param name="Id">The session's id, growing with each attach.</param>
/// <param name="Kind">What it can be told.</param>
/// <param name="Release">The label of its code; empty for a uWSGI, which does not tell.</param>
/// <param name="Mode">How it wants to enter service.</param>
/// <param name="Attached">When it attached.</param>
internal sealed record Member(int Id, MemberKind Kind, string Release, Zerg.ZergMode Mode, DateTimeOffset Attached)
{
    /// <summary>Where it stands.</summary>
    public MemberState State { get; init; } = MemberState.Starting;

    /// <summary>Since when.</summary>
    public DateTimeOffset Since { get; init; } = Attached;

    /// <summary>When it became ready; null before that.</summary>
    public DateTimeOffset? Ready { get; init; }

    /// <summary>When it last entered service; null before that.</summary>
    public DateTimeOffset? Served { get; init; }

    /// <summary>The generation it serves in, 0 before it serves.</summary>
    public int Generation { get; init; }

    /// <summary>Whether there is a way to tell it to pause or drain; a uWSGI without a FIFO has none.</summary>
    public bool Obeys { get; init; } = true;

    /// <summary>When it was told to accept, which it has not said yet that it does; null when it was not.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Whether it last said that it accepts, though its turn has not come: a launcher's workers do.</summary>
    public bool Accepts { get; init; }

    /// <summary>Workers that it can be told to serve with, at most; 0: it cannot be told.</summary>
    public int Size { get; init; }

    /// <summary>Workers that it is to have; null while nobody knows.</summary>
    public int? Target { get; init; }

    /// <summary>Workers that are ready and not leaving, as last reported.</summary>
    public int ReadyWorkers { get; init; }

    /// <summary>Workers that run, with those that leave, as last reported.</summary>
    public int Running { get; init; }

    /// <summary>Whether it is on its way into service.</summary>
    public bool IsComing => State is MemberState.Starting or MemberState.Checking or MemberState.Ready;

    /// <summary>Whether it was told to drain, though it may not have begun to.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Whether it was told to make room for others that drain.</summary>
    public bool IsForced { get; init; }

    /// <summary>What it has answered since its start, as it last said; null when it does not tell.</summary>
    public Zerg.ZergResponses? Answered { get; init; }

    /// <summary>What of that was before it came to serve in its generation; null for nothing.</summary>
    public Zerg.ZergResponses? AnsweredBefore { get; init; }

    /// <summary>What of that was in its generation.</summary>
    public Zerg.ZergResponses? AnsweredThere => AnsweredBefore is null ? Answered : Answered?.Minus(AnsweredBefore);

    /// <summary>Whether it takes part in serving, now, as soon as it is resumed by an operator, or once it has workers.</summary>
    public bool Serves => State is MemberState.Accepting or MemberState.Paused
        or MemberState.Down or MemberState.Orphaned or MemberState.Unknown;
}
