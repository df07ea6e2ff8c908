namespace ZergPool.Handover;

/// <content>Going on where a pool that is no more left off.</content>
internal sealed partial class HandoverPolicy
{
    private DateTimeOffset _tookUp;

    /// <summary>What served before this pool began; whoever did comes back and says so.</summary>
    public void TakeUp(
        int generation, string? release, RollbackWindow? window, DateTimeOffset now,
        CurrentHandover? exchange = null, GoingBack? goesBack = null)
    {
        (Generation, Release, Window, _tookUp) = (generation, release, window, now);
        GoesBack = goesBack?.Release == release ? null : goesBack;
        Current = exchange switch
        {
            { Roll: { } roll } => exchange with { Roll = roll with { Progress = now } },
            { From.Count: > 0 } => exchange with { Phase = HandoverPhase.Starting, PhaseStarted = now },
            _ => null,
        };
    }

    /// <summary>
    /// An exchange of workers under way, from before its first order on: of any other hand-over zerglings tell how far it
    /// has come.
    /// </summary>
    public CurrentHandover? UnderWay => Current is { Roll: not null } or { Phase: HandoverPhase.Switching, From.Count: > 0 }
        ? Current : null;

    // Those of an exchange come back one by one after a crash of the pool.
    private bool IsAwaited(CurrentHandover exchange) => _now - _tookUp < Limits.Answer
        && (Find(exchange.To) is null || exchange.From.Any(id => Find(id) is null));

    // The pool before was about to tell it to accept, or just had: both sides say that they serve the same generation.
    private void GoOn(CurrentHandover exchange)
    {
        if (Find(exchange.To) is { Serves: true, State: not MemberState.Orphaned } to)
            BeginExchange(to);
        else
            Current = null;
    }

    /// <summary>How the hand-overs before this pool began have ended, newest first.</summary>
    public void Remember(IEnumerable<HandoverRecord> records)
    {
        foreach (var record in records.Take(Limits.History - _history.Count))
            _history.AddLast(record);
    }

    // What they say of themselves is all that is left of a hand-over: whoever was told to accept has the higher
    // generation, and whoever has a lower one and still accepts never heard that it was replaced.
    private void Return(Member member)
    {
        if (member.Generation > Generation || (member.Generation == Generation && Release is null))
            (Generation, Release, GoesBack) = (member.Generation, member.Release, null);
        if (member.State == MemberState.Draining && member.Release != Release)
            Forget(member.Release);

        if (Window is { } window && window.Generation < Generation)
            Window = null;
        if (member.State == MemberState.Paused && IsReplaced(member))
            Set(member, MemberState.Standby);

        if (_members.Values.Any(IsNewest))
        {
            foreach (var older in _members.Values.Where(other => other.Serves && other.Generation < Generation).ToList())
            {
                if (older.Release.Length > 0 && older.Release != Release)
                    Forget(older.Release);
                if (IsReplaced(older) && CanWait(older))
                    PutAside(older, $"generation {Generation} took over while no pool was there");
                else
                    Drain(older, $"generation {Generation} took over while no pool was there");
            }
        }
    }

    private bool IsReplaced(Member member) => Window?.From.Contains(member.Id) == true;

    private bool IsNewest(Member member) => member.State == MemberState.Accepting && member.Generation == Generation;
}
