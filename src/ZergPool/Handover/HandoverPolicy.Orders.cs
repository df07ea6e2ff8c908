using Zerg;

namespace ZergPool.Handover;

/// <content>What an operator asks for, and how members leave.</content>
internal sealed partial class HandoverPolicy
{
    private void Pause(Member member)
    {
        if (member is { Kind: MemberKind.Launcher } or { Obeys: false })
            return;
        _orders.Add(new PolicyOrder.Pause(member.Id));
        if (member.Kind == MemberKind.Uwsgi)
            Set(member, MemberState.Paused);
    }

    private void Resume(Member member)
    {
        switch (member.State)
        {
            case MemberState.Paused when member.Obeys:
                _orders.Add(new PolicyOrder.Resume(member.Id, member.Generation));
                if (member.Kind == MemberKind.Uwsgi)
                    Set(member, MemberState.Accepting);
                break;
            case MemberState.Standby or MemberState.Ready:
                Set(member with { Mode = ZergMode.Join }, MemberState.Ready);
                break;
        }
    }

    private void Orphan(Member member)
    {
        if (member.Serves)
        {
            ForgetReplaced(member);
            Set(member, MemberState.Orphaned);
            return;
        }

        if (member.State is not (MemberState.Draining or MemberState.Failed))
            Lose(member, "its launcher died before it served", []);
        Dismiss(member);
    }

    private void Drain(Member member, string reason)
    {
        if (member.State == MemberState.Orphaned)
        {
            Dismiss(member);
        }
        else if (!member.Obeys)
        {
            Note(
                NoteLevel.Warning,
                $"{Describe(member)} cannot be told to drain (no legacy-fifo of its own): it goes on accepting, ignoring");
        }
        else if (member.State is not (MemberState.Draining or MemberState.Failed))
        {
            // Who serves confirms it; who does not yet must not be chosen any more.
            _orders.Add(new PolicyOrder.Drain(member.Id, reason));
            _members[member.Id] = member = member with { IsLeaving = true };
            if (member.Kind == MemberKind.Uwsgi || !member.Serves)
                Retire(member, reason);
        }
    }

    private void Stop(Member member, string reason)
    {
        if (member.State == MemberState.Orphaned)
        {
            Dismiss(member);
            return;
        }

        _orders.Add(new PolicyOrder.Stop(member.Id, reason, ExitCodes.Ok));
        _members[member.Id] = member = member with { IsLeaving = true };
        if (member is { Serves: false, State: not MemberState.Failed })
            Retire(member, reason);
    }

    private void Retire(Member member, string reason)
    {
        Set(member, MemberState.Draining);
        if (Current is { Phase: not HandoverPhase.Draining } current && current.To == member.Id)
        {
            Note(NoteLevel.Warning, $"{Describe(member)} leaves before it served: {reason}");
            Finish(current, HandoverOutcome.Failed, reason, []);
        }
    }

    private void DismissOrphans()
    {
        foreach (var orphan in _members.Values.Where(member => member.State == MemberState.Orphaned).ToList())
        {
            // In an exchange the few workers of the new one cannot do the work of all.
            if (_members.Values.Any(member => member is { State: MemberState.Accepting, IsLeaving: false }
                && (Current?.Roll is null || member.Release == orphan.Release)))
                Dismiss(orphan);
        }
    }

    private void Dismiss(Member orphan)
    {
        Set(orphan, MemberState.Draining);
        _orders.Add(new PolicyOrder.Dismiss(orphan.Id));
    }
}
