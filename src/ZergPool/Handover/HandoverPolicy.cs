using Zerg;
using Zerg.Protocol;

namespace ZergPool.Handover;

/// <summary>
/// Who serves, who takes over from whom, and when. A pure state machine: an event and the time in, orders out; it
/// knows members and releases, but no process, socket or clock.
/// </summary>
internal sealed partial class HandoverPolicy(PolicyLimits initial)
{
    private readonly SortedDictionary<int, Member> _members = [];
    private readonly LinkedList<HandoverRecord> _history = new();
    private readonly Dictionary<string, DateTimeOffset> _replaced = new(StringComparer.Ordinal);
    private readonly List<PolicyOrder> _orders = [];
    private DateTimeOffset _now;

    /// <summary>Its patience; a reload may change it.</summary>
    public PolicyLimits Limits { get; set; } = initial;

    /// <summary>Everybody who is attached, by id.</summary>
    public IReadOnlyDictionary<int, Member> Members => _members;

    /// <summary>The generation that serves, 0 before the first.</summary>
    public int Generation { get; private set; }

    /// <summary>The release of that generation; null before the first.</summary>
    public string? Release { get; private set; }

    /// <summary>The hand-over under way; there is never a second one.</summary>
    public CurrentHandover? Current { get; private set; }

    /// <summary>The hand-overs that are over, newest first.</summary>
    public IEnumerable<HandoverRecord> History => _history;

    /// <summary>Takes one event and says what is to be done about it, in order.</summary>
    public IReadOnlyList<PolicyOrder> Handle(PolicyEvent happened, DateTimeOffset now)
    {
        _now = now;
        _orders.Clear();
        var accepted = Accepting;
        var wasThere = IsWatchedThere;
        switch (happened)
        {
            case PolicyEvent.Attached attached:
                Attach(attached.Member);
                break;
            case PolicyEvent.BecameReady ready when Find(ready.Id) is { State: MemberState.Starting } member:
                BecomeReady(member);
                break;
            case PolicyEvent.HasFailed failed when Find(failed.Id) is
            { State: not (MemberState.Failed or MemberState.Draining) } member:
                Fail(member, failed.Reason, failed.Output, exitCode: ExitCodes.Failed);
                break;
            case PolicyEvent.Reported reported when Find(reported.Id) is { } member:
                Count(member, reported);
                Report(Find(reported.Id)!, reported.State);
                break;
            case PolicyEvent.Answered answered when Find(answered.Id) is { } member:
                Count(member, answered.Responses);
                break;
            case PolicyEvent.Left left when Find(left.Id) is { } member:
                Leave(member, left.Reason);
                break;
            case PolicyEvent.Orphaned orphaned when Find(orphaned.Id) is { } member:
                Orphan(member);
                break;
            case PolicyEvent.Obscured obscured when Find(obscured.Id) is { State: not MemberState.Draining } member:
                Set(member, MemberState.Unknown);
                break;
            case PolicyEvent.Deaf deaf when Find(deaf.Id) is { } member:
                Set(member with { Obeys = false }, MemberState.Accepting);
                break;
            case PolicyEvent.PauseAsked asked when Find(asked.Id) is { State: MemberState.Accepting } member:
                Pause(member);
                break;
            case PolicyEvent.ResumeAsked asked when Find(asked.Id) is { } member:
                Resume(member);
                break;
            case PolicyEvent.DrainAsked asked when Find(asked.Id) is { } member:
                Drain(member, asked.Reason);
                break;
            case PolicyEvent.StopAsked asked when Find(asked.Id) is { } member:
                Stop(member, asked.Reason);
                break;
            case PolicyEvent.Ending:
                End();
                break;
            case PolicyEvent.RollbackAsked asked:
                RollBack(asked.Reason);
                break;
            case PolicyEvent.NotStartedAgain told when GoesBack?.Release == told.Release:
                GoesBack = null;
                Note(NoteLevel.Error, $"cannot go back to release '{told.Release}': {told.Reason}");
                break;
            case PolicyEvent.NeverAttached told:
                NoteAbsent(told);
                break;
            case PolicyEvent.ForcedOut forced when Find(forced.Id) is { State: MemberState.Draining } member:
                NoteForced(member, forced);
                break;
            case PolicyEvent.Checked told when Find(told.Id) is { State: MemberState.Checking } member:
                BeChecked(member, told);
                break;
            case PolicyEvent.Crashed crashed when Find(crashed.Id) is { } member:
                CountCrash(member, crashed.Said);
                break;
        }

        Advance();
        Complete();
        TellOfSilence();
        Watch(wasThere);
        DismissOrphans();
        if (accepted > 0 && Accepting == 0)
            Note(NoteLevel.Error, "nobody accepts any more: connections wait in the queues");
        return [.. _orders];
    }

    private int Accepting => _members.Values.Count(member => member.State
        is MemberState.Accepting or MemberState.Orphaned or MemberState.Unknown);

    // The last one stays the last: hand-overs go on after a peer has claimed the highest one.
    private static int After(int generation) => Math.Min(generation + 1, FrameBounds.MaxGeneration);

    private Member? Find(int id) => _members.GetValueOrDefault(id);

    private Member Set(Member member, MemberState state, int? generation = null)
    {
        var changed = member with
        {
            State = state,
            Since = member.State == state ? member.Since : _now,
            Served = generation is null ? member.Served : _now,
            Generation = generation ?? member.Generation,
            AnsweredBefore = generation is null || generation == member.Generation
                ? member.AnsweredBefore : member.Answered,
        };
        _members[member.Id] = changed;
        return changed;
    }

    private void Note(NoteLevel level, string text) => _orders.Add(new PolicyOrder.Note(level, text));

    private void Attach(Member member)
    {
        _members[member.Id] = member;
        if (member.State != MemberState.Starting)
        {
            ForgetAnswers(member);
            Return(member);
            if (Limits.Checks && member.State == MemberState.Ready)
                BecomeReady(member);
            return;
        }

        if (member.Kind == MemberKind.Uwsgi)
        {
            EnterService(member);
            return;
        }

        if (member is { Kind: MemberKind.Launcher, Mode: ZergMode.Standby })
        {
            Fail(member, "a launcher cannot hold its workers back: zerg-mode standby is for apps", [], ExitCodes.Configuration);
            return;
        }

        if (member.Mode == ZergMode.Auto && WasReplaced(member.Release))
            SendAway(member);
    }

    // Each time it begins to count anew: a supervisor that never gives up does not get its way in the end. It is no
    // hand-over that failed, and would hide those that were.
    private void SendAway(Member member)
    {
        var reason = $"release '{member.Release}' was replaced a moment ago; zerg-mode replace forces it back";
        Forget(member.Release);
        Set(member, MemberState.Failed);
        _orders.Add(new PolicyOrder.Stop(member.Id, reason, ExitCodes.TryAgain));
        Note(NoteLevel.Warning, $"{Describe(member)} is sent away: {reason}");
    }

    // A supervisor that starts a replaced zergling again must not undo the hand-over that replaced it. What is gone back to
    // may still drain from before that.
    private bool WasReplaced(string release)
        => GoesBack?.Release != release && _replaced.TryGetValue(release, out var when) && _now - when < Limits.Mercy
            && _members.Values.Any(member => member.Serves && member.Release != release);

    private void BecomeReady(Member member)
    {
        if (Limits.Checks)
        {
            Set(member, MemberState.Checking);
            _orders.Add(new PolicyOrder.Check(member.Id));
            return;
        }

        Pass(member);
    }

    private void BeChecked(Member member, PolicyEvent.Checked told)
    {
        if (told.Problem is { } problem)
            Fail(member, problem, told.Output, ExitCodes.Failed);
        else
            Pass(member);
    }

    private void Pass(Member member)
    {
        Set(member with { Ready = _now }, member.Mode == ZergMode.Standby ? MemberState.Standby : MemberState.Ready);
        _orders.Add(new PolicyOrder.Ready(member, _now - member.Attached));
        if (member.Mode == ZergMode.Standby)
            Note(NoteLevel.Information, $"{Describe(member)} is warm and waits in standby");
    }

    private void Report(Member member, ZerglingState state)
    {
        if (!member.Serves)
            _members[member.Id] = member = member with { Accepts = state == ZerglingState.Accepting };
        switch (state)
        {
            case ZerglingState.Accepting when member.State is MemberState.Ready or MemberState.Standby:
                if (Current is { Phase: HandoverPhase.Switching } && Current.To == member.Id && Rolls(member))
                    BeginExchange(member);
                else if (Current is { Phase: HandoverPhase.Switching } && Current.To == member.Id)
                    TakeOver(member);
                else if (!IsHeldBack(member))
                    EnterService(member);
                break;
            case ZerglingState.Accepting when member.State is MemberState.Paused or MemberState.Down:
                Set(member, MemberState.Accepting);
                break;
            case ZerglingState.Starting when member.State == MemberState.Accepting:
                Set(member, MemberState.Down);
                Note(NoteLevel.Warning, $"{Describe(member)} has lost its last worker and starts it again");
                break;
            case ZerglingState.Paused when member.State == MemberState.Accepting:
                Set(member, MemberState.Paused);
                break;
            case ZerglingState.Draining when member.State is not MemberState.Failed:
                Retire(member, "it drains before it served");
                break;
        }
    }

    private static string Describe(Member member)
        => member.Release.Length == 0 ? $"zergling {member.Id}" : $"zergling {member.Id} (release '{member.Release}')";
}
