using Zerg;

namespace ZergPool.Handover;

/// <content>The steps of a hand-over.</content>
internal sealed partial class HandoverPolicy
{
    /// <summary>Goes as far as the state allows: deadlines, joiners, the running hand-over, then the next one.</summary>
    private void Advance()
    {
        foreach (var late in _members.Values
            .Where(member => member.State == MemberState.Starting && _now - member.Attached >= limits.Ready).ToList())
            Fail(late, $"not ready within {limits.Ready.TotalSeconds:0.#} s", [], ExitCodes.Failed);

        Continue();
        foreach (var ready in _members.Values.Where(member => member.State == MemberState.Ready).ToList())
        {
            if (Current?.To != ready.Id && !ready.Asked && !WantsToReplace(ready))
                Ask(ready);
        }

        // A release that hangs while it starts must not hold up its own cure.
        if (Current is { Phase: HandoverPhase.Starting } && Next() is { State: MemberState.Ready })
            Current = null;

        while (Current is null && Next() is { } next)
        {
            Current = new CurrentHandover(next.Id, next.Release, [], HandoverPhase.Starting, next.Attached, _now);
            Note(NoteLevel.Information, $"hand-over to {Describe(next)} begins");
            Continue();
        }
    }

    // Those that are ready go first.
    private Member? Next() => _members.Values
        .Where(member => member.State is MemberState.Starting or MemberState.Ready && WantsToReplace(member))
        .OrderBy(member => member.State == MemberState.Ready ? 0 : 1)
        .FirstOrDefault();

    private void Ask(Member member)
    {
        _members[member.Id] = member with { Asked = true };
        _orders.Add(new PolicyOrder.Resume(member.Id));
        if (member.Accepts)
            Report(_members[member.Id], ZerglingState.Accepting);
    }

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
    private bool IsHeldBack(Member member) => member.State == MemberState.Standby || WantsToReplace(member);

    private void Continue()
    {
        if (Current is not { } current)
            return;

        var to = Find(current.To);
        switch (current.Phase)
        {
            case HandoverPhase.Starting when to is { State: MemberState.Ready }:
                Current = current with { Phase = HandoverPhase.Switching, PhaseStarted = _now };
                Ask(to);
                break;
            case HandoverPhase.Switching when to is not null && _now - current.PhaseStarted >= limits.Answer:
                Fail(to, $"did not accept within {limits.Answer.TotalSeconds:0.#} s", [], ExitCodes.Failed);
                break;
            case HandoverPhase.Draining when IsSettled(current):
                Finish(current, HandoverOutcome.Completed, "", []);
                break;
        }
    }

    private bool IsSettled(CurrentHandover current) => _now - current.PhaseStarted >= limits.Answer
        || current.From.All(id => Find(id) is null or { State: MemberState.Draining } or { Obeys: false });

    private void TakeOver(Member member)
    {
        var olders = _members.Values.Where(other => other.Serves && other.Id != member.Id).ToList();
        var entered = Set(member, MemberState.Accepting, ++Generation);
        _lastRelease = member.Release;
        _replaced.Remove(member.Release);
        Current = Current! with
        {
            From = [.. olders.Select(older => older.Id)],
            Phase = HandoverPhase.Draining,
            PhaseStarted = _now,
        };
        foreach (var older in olders)
        {
            if (older.Release.Length > 0 && older.Release != member.Release)
                Forget(older.Release);
            Drain(older, $"replaced by {Describe(entered)}");
        }

        Overtake(entered);
        Continue();
    }

    // What was started before the one that serves now must not take over from it later on.
    private void Overtake(Member winner)
    {
        foreach (var older in _members.Values.Where(other => other.Id < winner.Id
            && other.State is MemberState.Starting or MemberState.Ready && WantsToReplace(other)).ToList())
        {
            if (older.Release != winner.Release)
                Forget(older.Release);
            Fail(older, $"overtaken by {Describe(winner)}", [], ExitCodes.TryAgain);
        }
    }

    // Bounded: what is older than the mercy says nothing any more.
    private void Forget(string release)
    {
        foreach (var old in _replaced.Where(pair => _now - pair.Value >= limits.Mercy).ToList())
            _replaced.Remove(old.Key);
        _replaced[release] = _now;
    }

    private void EnterService(Member member)
    {
        var serving = _members.Values.Any(other => other.Serves && other.Id != member.Id);
        if (Generation == 0 || (!serving && member.Release != _lastRelease))
            Generation++;
        if (member.Kind != MemberKind.Uwsgi || !serving)
            _lastRelease = member.Release;
        Set(member, MemberState.Accepting, Generation);
        _replaced.Remove(member.Release);
    }

    private void Fail(Member member, string reason, IReadOnlyList<string> output, int exitCode)
    {
        Set(member, MemberState.Failed);
        _orders.Add(new PolicyOrder.Stop(member.Id, reason, exitCode));
        Note(NoteLevel.Error, $"{Describe(member)} failed: {reason}");
        Lose(member, reason, output);
    }

    private void Leave(Member member, string reason)
    {
        _members.Remove(member.Id);
        switch (member.State)
        {
            case MemberState.Starting or MemberState.Ready or MemberState.Standby:
                Note(NoteLevel.Error, $"{Describe(member)} left before it served: {reason}");
                Lose(member, reason, []);
                break;
            case MemberState.Draining or MemberState.Failed:
                // Its supervisor may start it again from now on, however long it took to drain.
                if (member.State == MemberState.Draining && _replaced.ContainsKey(member.Release))
                    Forget(member.Release);
                Note(NoteLevel.Information, $"{Describe(member)} left: {reason}");
                break;
            default:
                Note(NoteLevel.Warning, $"{Describe(member)} left while it served: {reason}");
                break;
        }
    }

    private void Lose(Member member, string reason, IReadOnlyList<string> output)
    {
        var current = Current is { Phase: not HandoverPhase.Draining } && Current.To == member.Id
            ? Current
            : new CurrentHandover(member.Id, member.Release, [], HandoverPhase.Starting, member.Attached, _now);
        Finish(current, HandoverOutcome.Failed, reason, output);
    }

    private void Finish(
        CurrentHandover ended, HandoverOutcome outcome, string reason, IReadOnlyList<string> output)
    {
        if (Current?.To == ended.To)
            Current = null;
        var record = new HandoverRecord(
            ended.To, ended.Release, ended.From, outcome, reason, output, ended.Started, _now - ended.Started);
        _history.AddFirst(record);
        if (_history.Count > limits.History)
            _history.RemoveLast();
        if (outcome == HandoverOutcome.Completed)
        {
            Note(
                NoteLevel.Information,
                $"hand-over to zergling {ended.To} (release '{ended.Release}') completed in {record.Duration.TotalSeconds:0.###} s; "
                + $"generation {Generation} serves");
        }
    }
}
