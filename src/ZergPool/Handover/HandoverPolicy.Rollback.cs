namespace ZergPool.Handover;

/// <content>The way back: whoever was replaced waits for a while, warm, and accepts again at once when it must.</content>
internal sealed partial class HandoverPolicy
{
    /// <summary>The release that was gone back to and has to start again first; null for none.</summary>
    public GoingBack? GoesBack { get; private set; }

    /// <summary>What can be gone back to now; null when nothing can.</summary>
    public RollbackWindow? Window { get; private set; }

    /// <summary>Why there is no way back now; null when there is one.</summary>
    public string? WhyNoRollback => Current is { Roll.Reason: null } ? null
        : Current is { Roll: not null } ? "it goes back already"
        : Window is null ? "no release waits to be gone back to (rollback-window)"
        : Current is { Phase: not HandoverPhase.Draining } ? $"a hand-over to zergling {Current.To} is under way"
        : null;

    /// <summary>Those that wait in standby to be gone back to.</summary>
    public IEnumerable<Member> Spares => (Window?.From ?? []).Select(Find).OfType<Member>()
        .Where(member => member.State == MemberState.Standby);

    private void OpenWindow(Member entered, IReadOnlyList<Member> replaced)
    {
        if (Limits.RollbackWindow <= TimeSpan.Zero || replaced.FirstOrDefault(CanBeGoneBackTo) is not { } former)
            return;
        Window = new RollbackWindow(
            entered.Generation, entered.Release, former.Release, [.. replaced.Select(one => one.Id)],
            _now + Limits.RollbackWindow, To: entered.Id);
        TellOfSilence(entered);
    }

    // Of the same release there is nothing to go back to.
    private bool CanBeGoneBackTo(Member older) => older.Release != Release || older.Kind == MemberKind.Uwsgi;

    // Workers of a launcher cannot be held back: they leave, and a way back starts them again.
    private static bool CanWait(Member older) => older.Obeys && older.Kind != MemberKind.Launcher
        && older.State is MemberState.Accepting or MemberState.Paused;

    private void PutAside(Member older, string reason)
    {
        _orders.Add(new PolicyOrder.PutAside(older.Id, reason));
        Set(older with { Accepts = older.Kind == MemberKind.App, AskedAt = null }, MemberState.Standby);
    }

    private void CloseWindow(string reason)
    {
        var spares = Spares.ToList();
        Window = null;
        foreach (var spare in spares)
            Drain(spare, reason);
    }

    private void RollBack(string reason)
    {
        if (Current is { Roll: not null })
        {
            Undo(reason);
            return;
        }

        if (Current is { Phase: HandoverPhase.Draining } settled)
            Finish(settled, HandoverOutcome.Completed, "", []);
        if (Current is { Phase: HandoverPhase.Starting, From.Count: 0 })
            Current = null;
        if (WhyNoRollback is not null)
            return;
        if (Spares.FirstOrDefault() is not { } spare)
        {
            StartAgain(Window!, reason);
            return;
        }

        Note(NoteLevel.Warning, $"going back to {Describe(spare)}: {reason}");
        Current = new CurrentHandover(spare.Id, spare.Release, [], HandoverPhase.Switching, _now, _now) { Back = reason };
        Ask(Set(spare with { Accepts = false }, MemberState.Ready));
        if (spare.Kind == MemberKind.Uwsgi)
            TakeOver(Find(spare.Id)!);
    }

    private void StartAgain(RollbackWindow window, string reason)
    {
        Window = null;
        _replaced.Remove(window.Former);

        // Nor does it come back by itself while the other one starts.
        Forget(window.Release);
        GoesBack = new GoingBack(window.Former, reason, window.To);
        Note(NoteLevel.Warning, $"going back to {ReleaseText.Of(window.Former)}, which has to start again: {reason}");
        _orders.Add(new PolicyOrder.StartAgain(window.Former, reason));
    }

    private static IReadOnlyList<int> Left(int id) => id == 0 ? [] : [id];

    // Whoever goes back brings along the others of its release.
    private void BringBack(RollbackWindow window)
    {
        var others = Spares.ToList();
        Window = null;
        foreach (var other in others)
            Set(other with { Mode = Zerg.ZergMode.Join }, MemberState.Ready);
        Forget(window.Release);
    }

    /// <summary>The pool ends: nobody is gone back to, and those in standby stay for the pool that comes next.</summary>
    private void End() => Window = null;

    private void CountCrash(Member member, string? said)
    {
        if (Current is { Roll: { Reason: null } roll } current && current.To == member.Id)
        {
            Current = current with { Roll = roll with { Crashes = roll.Crashes + 1 } };
            if (roll.Crashes + 1 > Limits.MaxCrashes)
                Undo(Died(roll.Crashes + 1, member.Release, said));
            return;
        }

        if (Window is not { } window || member.Generation != window.Generation)
            return;
        Window = window = window with { Crashes = window.Crashes + 1 };
        if (window.Crashes > Limits.MaxCrashes)
            RollBack(Died(window.Crashes, window.Release, said));
    }

    private static string Died(int workers, string release, string? said)
        => $"{workers} workers of release '{release}' died" + (said is null ? "" : $", the last one with: {said}");

    private bool IsWatchedThere => Window is { } window && _members.Values.Any(member =>
        member.Generation == window.Generation && member is { Serves: true, State: not MemberState.Orphaned });

    // Time is up, or nobody is left of those for whom the others were put aside. After a crash of the pool they come
    // back one by one.
    private void Watch(bool wasThere)
    {
        if (Window is not { } window)
            return;
        if (_now >= window.Until)
            CloseWindow("the rollback-window is over");
        else if (Current is not { Back: not null } and not { Roll: not null } && !IsWatchedThere && (wasThere || _now - _tookUp >= Limits.Answer))
            RollBack(WhyGone(window));
    }

    private string WhyGone(RollbackWindow window)
        => _members.Values.Any(one => one.Generation == window.Generation && one.State == MemberState.Orphaned)
            ? $"the launcher of release '{window.Release}' died" : $"nobody of release '{window.Release}' serves any more";
}
