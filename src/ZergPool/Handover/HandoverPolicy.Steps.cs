using Zerg;

namespace ZergPool.Handover;

/// <content>The steps of a hand-over.</content>
internal sealed partial class HandoverPolicy
{
    private static readonly TimeSpan s_lastWord = TimeSpan.FromSeconds(2);

    /// <summary>Goes as far as the state allows: deadlines, joiners, the running hand-over, then the next one.</summary>
    private void Advance()
    {
        foreach (var late in _members.Values
            .Where(member => member.State == MemberState.Starting && _now - member.Attached >= PatienceWith(member)).ToList())
            Fail(late, $"not ready within {Limits.Ready.TotalSeconds:0.#} s", [], ExitCodes.Failed);

        foreach (var silent in _members.Values.Where(IsSilent).ToList())
            FailSilent(silent);

        ForceOldest();
        Continue();
        foreach (var ready in _members.Values.Where(member => member.State == MemberState.Ready).ToList())
        {
            if (Current?.To != ready.Id && ready.AskedAt is null && !WantsToReplace(ready) && !IsCopy(ready))
                Ask(ready);
        }

        // A release that hangs while it starts must not hold up its own cure.
        if (Current is { Phase: HandoverPhase.Starting, From.Count: 0 } && Next() is { State: MemberState.Ready })
            Current = null;

        while (Current is null && Next() is { } next)
        {
            Current = new CurrentHandover(next.Id, next.Release, [], HandoverPhase.Starting, next.Attached, _now);
            Note(NoteLevel.Information, $"hand-over to {Describe(next)} begins");
            Continue();
        }
    }

    // A launcher has the same limit for each of its workers, and says better which one is late and why.
    private TimeSpan PatienceWith(Member member)
        => member.Kind == MemberKind.Launcher ? Limits.Ready + s_lastWord : Limits.Ready;

    // The first one, or one that joins; of whoever takes over the hand-over knows.
    private bool IsSilent(Member member) => member is { State: MemberState.Ready, Accepts: false }
        && member.Id != Current?.To && _now - member.AskedAt >= Limits.Answer;

    private void FailSilent(Member member)
        => Fail(member, $"did not accept within {Limits.Answer.TotalSeconds:0.#} s", [], ExitCodes.Failed);

    // Those that are ready go first.
    private Member? Next() => _members.Values
        .Where(member => member.IsComing && WantsToReplace(member))
        .OrderBy(member => member.State == MemberState.Ready ? 0 : 1)
        .FirstOrDefault();

    private void Ask(Member member)
    {
        _members[member.Id] = member with { AskedAt = _now };
        _orders.Add(new PolicyOrder.Resume(
            member.Id, Current?.To == member.Id && !Rolls(member) ? After(Generation) : GenerationToEnter(member)));
        if (member.Accepts)
            Report(_members[member.Id], ZerglingState.Accepting);
    }

    // A member that is replaced must not count as one of those that replace it.
    private Member StepDown(Member older)
        => older.Generation < Generation ? older : Set(older, older.State, Generation - 1);

    private bool WantsToReplace(Member member)
    {
        var serving = _members.Values.Where(other => other.Serves && other.Id != member.Id).ToList();
        return serving.Count > 0 && member.Mode switch
        {
            ZergMode.Replace => true,
            ZergMode.Auto => !serving.Any(other => other.Generation == Generation && other.Release == member.Release),
            _ => false,
        };
    }

    // What a launcher's workers accept before their turn cannot be helped; its turn still comes.
    private bool IsHeldBack(Member member)
        => member.State == MemberState.Standby || WantsToReplace(member) || IsCopy(member);

    private void Continue()
    {
        if (Current is not { } current)
            return;

        var to = Find(current.To);
        switch (current.Phase)
        {
            case HandoverPhase.Starting when current.From.Count > 0:
                if (!IsAwaited(current))
                    GoOn(current);
                break;
            case HandoverPhase.Starting when to is { State: MemberState.Ready }:
                Current = current with
                {
                    Phase = HandoverPhase.Switching,
                    PhaseStarted = _now,
                    From = Rolls(to) ? [.. Olds(to.Id).Select(old => old.Id)] : [],
                };
                Ask(to);
                break;
            case HandoverPhase.Switching when to is not null && _now - current.PhaseStarted >= Limits.Answer:
                FailSilent(to);
                break;
            case HandoverPhase.Rolling or HandoverPhase.Baking or HandoverPhase.Returning:
                Exchange(current, current.Roll!);
                break;
            case HandoverPhase.Draining when IsSettled(current):
                Finish(current, HandoverOutcome.Completed, "", []);
                break;
        }
    }

    private bool IsSettled(CurrentHandover current) => _now - current.PhaseStarted >= Limits.Answer
        || current.From.All(id => Find(id) is null or { State: MemberState.Draining } or { Obeys: false }
            or { State: MemberState.Standby, Accepts: false });

    private void TakeOver(Member member)
    {
        var olders = _members.Values.Where(other => other.Serves && other.Id != member.Id).ToList();
        var before = Generation;
        Generation = After(before);
        if (Generation == before)
            olders = [.. olders.Select(StepDown)];
        var entered = Set(member, MemberState.Accepting, Generation);
        Release = member.Release;
        _replaced.Remove(member.Release);

        // It served beside the others as one of their generation.
        if (Current!.Roll is not null)
            _orders.Add(new PolicyOrder.Resume(member.Id, Generation));
        Current = Current with
        {
            Roll = null,
            From = [.. olders.Select(older => older.Id)],
            Phase = HandoverPhase.Draining,
            PhaseStarted = _now,
        };
        if (GoesBack?.Release != member.Release)
            GoesBack = null;
        if (Current.Back is not null)
        {
            // Whoever left meanwhile was gone back from as well.
            Current = Current with { From = [.. Current.From.Union(Left(Window!.To))] };
            BringBack(Window!);
        }
        else if (GoesBack is { } back)
        {
            Current = Current with { From = [.. Current.From.Union(Left(back.From))] };
            CloseWindow($"replaced once more, by {Describe(entered)}");
        }
        else
        {
            CloseWindow($"replaced once more, by {Describe(entered)}");
            OpenWindow(entered, olders);
        }

        foreach (var older in olders)
        {
            if (older.Release.Length > 0 && older.Release != member.Release)
                Forget(older.Release);
            if (Window is not null && CanWait(older))
                PutAside(older, $"replaced by {Describe(entered)}");
            else
                Drain(older, $"replaced by {Describe(entered)}");
        }

        Overtake(entered);
        Continue();
    }

    // What was started before the one that serves now must not take over from it later on.
    private void Overtake(Member winner)
    {
        foreach (var older in _members.Values.Where(other => other.Id < winner.Id
            && other.IsComing && WantsToReplace(other)).ToList())
        {
            if (older.Release != winner.Release)
                Forget(older.Release);
            Fail(older, $"overtaken by {Describe(winner)}", [], ExitCodes.TryAgain);
        }
    }

    // Bounded: what is older than the mercy says nothing any more.
    private void Forget(string release)
    {
        foreach (var old in _replaced.Where(pair => _now - pair.Value >= Limits.Mercy).ToList())
            _replaced.Remove(old.Key);
        _replaced[release] = _now;
    }

    // It hung, and its end is its supervisor's reason to start it again.
    private void ForgetReplaced(Member member)
    {
        if (member is { IsLeaving: true, Release.Length: > 0 } && member.Release != Release)
            Forget(member.Release);
    }

    // Those of the lowest number have had the longest time.
    private void ForceOldest()
    {
        var draining = _members.Values.Where(member => member is { State: MemberState.Draining, Generation: > 0 })
            .GroupBy(member => member.Generation).OrderBy(group => group.Key).ToList();
        if (Limits.MaxGenerations == 0)
            return;
        foreach (var oldest in draining.SkipLast(Limits.MaxGenerations).SelectMany(group => group).Where(one => !one.IsForced))
        {
            _members[oldest.Id] = oldest with { IsForced = true };
            _orders.Add(new PolicyOrder.Stop(
                oldest.Id, $"{draining.Count} generations drain, at most {Limits.MaxGenerations} may (max-generations)",
                ExitCodes.Ok));
        }
    }

    private bool IsServed(Member beside) => _members.Values.Any(other => other.Serves && other.Id != beside.Id);

    private int GenerationToEnter(Member member)
        => Generation == 0 || (!IsServed(member) && member.Release != Release) ? After(Generation) : Generation;

    private void EnterService(Member member)
    {
        var isAlone = !IsServed(member);
        var before = Generation;
        Generation = GenerationToEnter(member);
        if (member.Kind != MemberKind.Uwsgi || isAlone)
            Release = member.Release;
        Set(member, MemberState.Accepting, Generation);
        _replaced.Remove(member.Release);

        // Nobody is there to take over from, and a release serves that did not.
        var back = GoesBack is { } again && again.Release == member.Release ? again : null;
        if (isAlone && (back is not null || (Generation > before && member.Kind != MemberKind.Uwsgi)))
        {
            Finish(
                new CurrentHandover(
                    member.Id, member.Release, back is null ? [] : Left(back.From), HandoverPhase.Draining, member.Attached, _now),
                HandoverOutcome.Completed, "", []);
        }
        else if (back is not null)
        {
            // One that joins whoever was gone back from is not waited for any more, and has not gone back.
            GoesBack = null;
        }
    }
}
