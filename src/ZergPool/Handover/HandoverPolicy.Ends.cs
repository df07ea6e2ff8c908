namespace ZergPool.Handover;

/// <content>How members leave, and how a hand-over ends.</content>
internal sealed partial class HandoverPolicy
{
    private void NoteForced(Member member, PolicyEvent.ForcedOut forced)
    {
        var record = new HandoverRecord(
            member.Id, member.Release, [], HandoverOutcome.Failed, forced.Reason, forced.Waited, member.Since,
            _now - member.Since)
        {
            IsForcedOut = true,
        };
        Keep(record);
        _orders.Add(new PolicyOrder.Forced(record));
    }

    private void NoteAbsent(PolicyEvent.NeverAttached told)
    {
        var record = new HandoverRecord(
            0, told.Release, [], HandoverOutcome.Failed, told.Reason, [], told.Started, _now - told.Started);
        Keep(record);
        _orders.Add(new PolicyOrder.Over(record));
    }

    private void Keep(HandoverRecord record)
    {
        _history.AddFirst(record);
        if (_history.Count > Limits.History)
            _history.RemoveLast();
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
        KeepAnswers(member);
        switch (member.State)
        {
            case MemberState.Standby when member.Generation > 0:
                Note(NoteLevel.Warning, $"{Describe(member)} left, and cannot be gone back to any more: {reason}");
                break;
            case MemberState.Starting or MemberState.Checking or MemberState.Ready or MemberState.Standby:
                Note(NoteLevel.Error, $"{Describe(member)} left before it served: {reason}");
                Lose(member, reason, []);
                break;
            case MemberState.Draining or MemberState.Failed:
                // Its supervisor may start it again from now on, however long it took to drain.
                if (member.State == MemberState.Draining && _replaced.ContainsKey(member.Release))
                    Forget(member.Release);
                if (member.State == MemberState.Draining)
                    _orders.Add(new PolicyOrder.Drained(member, reason, _now - member.Since));
                Note(NoteLevel.Information, $"{Describe(member)} left: {reason}");
                break;
            default:
                ForgetReplaced(member);
                Note(NoteLevel.Warning, $"{Describe(member)} left while it served: {reason}");
                break;
        }
    }

    private void Lose(Member member, string reason, IReadOnlyList<string> output)
    {
        var current = Current is { Phase: not HandoverPhase.Draining } && Current.To == member.Id
            ? Current with { From = [] }
            : new CurrentHandover(member.Id, member.Release, [], HandoverPhase.Starting, member.Attached, _now);
        Finish(current, HandoverOutcome.Failed, reason, output);
    }

    private void Finish(
        CurrentHandover ended, HandoverOutcome outcome, string reason, IReadOnlyList<string> output)
    {
        if (Current?.To == ended.To)
            Current = null;
        if (outcome == HandoverOutcome.Completed && ended.Back is { } back)
            (outcome, reason) = (HandoverOutcome.RolledBack, back);
        if (GoesBack is { } again && again.Release == ended.Release)
        {
            if (outcome == HandoverOutcome.Completed)
                (outcome, reason) = (HandoverOutcome.RolledBack, again.Reason);
            GoesBack = null;
        }

        var record = new HandoverRecord(
            ended.To, ended.Release, ended.From, outcome, reason, output, ended.Started, _now - ended.Started);
        Keep(record);
        _orders.Add(new PolicyOrder.Over(record));
        if (outcome != HandoverOutcome.Failed)
        {
            Note(
                NoteLevel.Information,
                $"hand-over to zergling {ended.To} ({ReleaseText.Of(ended.Release)}) completed in {record.Duration.TotalSeconds:0.###} s; "
                + $"generation {Generation} serves"
                + (Window is null ? "" : $", {ReleaseText.Of(Window.Former)} can be gone back to for {Limits.RollbackWindow.TotalSeconds:0.###} s"));
        }
    }
}
