using Zerg;
using Zerg.Configuration;

namespace ZergPool.Handover;

/// <content>
/// Workers that are exchanged one by one: one more of the side that grows, and when it is ready one less of the other;
/// never more at a time than either side had, and one.
/// </content>
internal sealed partial class HandoverPolicy
{
    /// <summary>With how many workers one that attaches is to begin.</summary>
    public int Begin(Member member)
        => IsCopy(member) || (Limits.Strategy != RollStrategy.BlueGreen && WantsToReplace(member))
            ? Math.Min(1, member.Size) : member.Size;

    /// <summary>Workers that serve on either side of an exchange, and what the new one has in the end.</summary>
    public (int New, int Full, int Old)? Exchanged => Current is { Roll: not null } current && Find(current.To) is { } to
        ? (Working(to), Weight(to), Olds(current.To).Sum(Working)) : null;

    /// <summary>The share of the responses that the new one gave in an exchange, 0 to 1; null where that is not told.</summary>
    public double? ExchangedShare
    {
        get
        {
            if (Current is not { Roll: { } roll } || Find(Current.To)?.AnsweredThere?.All() is not { } answered
                || Olds(Current.To) is var olds && olds.Exists(old => old.Answered is null))
                return null;
            var others = Math.Max(0, olds.Sum(old => old.Answered!.All()) - roll.Answered);
            return answered + others == 0 ? null : (double)answered / (answered + others);
        }
    }

    /// <summary>Until when a canary is looked at; null while none is.</summary>
    public DateTimeOffset? BakesUntil
        => Current is { Phase: HandoverPhase.Baking } current ? current.PhaseStarted + Limits.Bake : null;

    // What has begun with few workers cannot take over whole, whatever the configuration says by now.
    private bool Rolls(Member member) => member.Kind != MemberKind.Uwsgi && Current is { Back: null }
        && (Limits.Strategy != RollStrategy.BlueGreen || member.Target < member.Size);

    // Another one of the release that is about to take over: it comes when that is through, or it would count as one
    // of those before, and leave with them.
    private bool IsCopy(Member member) => Current is { Roll: not null } current && current.To != member.Id
        && member.Mode != ZergMode.Replace && member.Release == current.Release
        && !Olds(current.To).Exists(old => old.Release == current.Release);

    private List<Member> Olds(int to) => [.. _members.Values.Where(other => other.Serves && other.Id != to)];

    private void BeginExchange(Member member)
    {
        var olds = Olds(member.Id);
        var entered = Set(member, MemberState.Accepting, Generation);
        var stop = Limits.Strategy == RollStrategy.Canary && GoesBack?.Release != member.Release
            ? Limits.Canary.Of(Weight(member)) : 0;
        var down = olds.Where(Scales).Sum(old => old.Target ?? old.Size);
        CloseWindow($"replaced once more, by {Describe(entered)}");
        Current = Current! with
        {
            From = [.. olds.Select(old => old.Id)],
            Phase = HandoverPhase.Rolling,
            PhaseStarted = _now,
            Roll = new Roll(Math.Max(down, member.Size) + 1, Up: 0, down, _now)
            {
                Stop = stop,
                Answered = olds.Sum(old => old.Answered?.All() ?? 0),
            },
        };
        TellOfSilence(entered);
        if (Limits.Strategy != RollStrategy.BlueGreen && (!Scales(member) || !olds.Exists(Scales)))
        {
            Note(
                NoteLevel.Information,
                $"{Describe(entered)} takes over whole: only launchers of this version exchange their workers one by one");
        }

        Continue();
    }

    private void Exchange(CurrentHandover current, Roll roll)
    {
        var to = Find(current.To);
        var olds = Olds(current.To);
        if (IsAwaited(current))
            return;
        if (to is not { Serves: true, State: not MemberState.Orphaned })
        {
            Forget(current.Release);
            Finish(
                current, HandoverOutcome.Failed,
                roll.Reason ?? $"nobody of release '{current.Release}' serves any more, the release before does", []);
        }
        else if (olds.Count == 0)
        {
            TakeOver(to);
        }
        else if (roll.Reason is null)
        {
            Advance(current, roll, to, olds);
        }
        else
        {
            Return(current, roll, to, olds);
        }
    }

    private void Advance(CurrentHandover current, Roll roll, Member to, List<Member> olds)
    {
        var full = Weight(to);
        var goal = roll.Stop > 0 ? Math.Min(roll.Stop, full) : full;

        // Of one that cannot be told how many workers to have, their number is not known either.
        var isThere = Working(to) >= goal && to.State != MemberState.Down;
        if (Working(to) < goal || goal < full || roll.Stop > 0)
            Move([to], olds, roll, goal);
        if (isThere && roll.Stop == 0)
            TakeOver(to);
        else if (current.Phase == HandoverPhase.Baking)
            Bake(current, roll);
        else if (isThere)
            BeginBaking(to, goal, full);
        else if (IsStuck(roll))
            Undo($"its workers have come no further for {Patience.TotalSeconds:0.#} s");
    }

    private void BeginBaking(Member to, int goal, int full)
    {
        Current = Current! with { Phase = HandoverPhase.Baking, PhaseStarted = _now };
        Note(
            NoteLevel.Information,
            $"{Describe(to)} serves with {goal} of {full} workers beside the release before for {Limits.Bake.TotalSeconds:0.###} s");
        Bake(Current, Current.Roll!);
    }

    private void Bake(CurrentHandover current, Roll roll)
    {
        if (_now - current.PhaseStarted < Limits.Bake)
            return;
        var problem = WhyUnjudged(current);
        if (Limits.FailsEmptyCanary && problem is not null)
        {
            Undo(problem);
            return;
        }

        if (problem is not null)
            Note(NoteLevel.Warning, $"{Describe(Find(current.To)!)} goes on without having been judged: {problem}");

        Current = current with
        {
            Phase = HandoverPhase.Rolling,
            PhaseStarted = _now,
            Roll = roll with { Stop = 0, Progress = _now },
        };
        Continue();
    }

    private string? WhyUnjudged(CurrentHandover current) => Find(current.To)?.AnsweredThere switch
    {
        null => "canary-empty: it does not tell what it has answered",
        var answered when answered.All() < Limits.Watch.Requests
            => $"canary-empty: it has answered {answered.All()} requests of the {Limits.Watch.Requests} that decide something",
        _ => null,
    };

    /// <summary>The one that was about to take over gives way again.</summary>
    private void Undo(string reason)
    {
        if (Current is not { Roll: { Reason: null } roll } current)
            return;
        var (to, olds) = (Find(current.To), Olds(current.To));

        // What is not ready only takes the place of an old worker; and one of those needs room to begin with.
        var left = to is null ? 0 : Math.Max(1, Math.Min(Working(to), roll.Most - 1 - olds.Sum(Working)));
        Note(NoteLevel.Warning, $"going back from release '{current.Release}': {reason}");
        Forget(current.Release);
        foreach (var copy in _members.Values.Where(one => one.IsComing && IsCopy(one)).ToList())
            Fail(copy, $"release '{copy.Release}' is gone back from: {reason}", [], ExitCodes.TryAgain);
        Current = current with
        {
            Phase = HandoverPhase.Returning,
            PhaseStarted = _now,
            Roll = roll with
            {
                Reason = reason,
                Stop = 0,
                Up = olds.Sum(Working),
                Down = left,
                Progress = _now,
            },
        };
        if (to is not null && left < to.Target)
            Scale(to, left);
        Continue();
    }

    private void Return(CurrentHandover current, Roll roll, Member to, List<Member> olds)
    {
        Move(olds, [to], roll, olds.Sum(Weight));
        if (olds.Sum(Working) < olds.Sum(Weight) && !IsStuck(roll))
            return;
        Drain(to, roll.Reason!);
        Finish(current, HandoverOutcome.Failed, roll.Reason!, []);
    }

    private void Move(List<Member> up, List<Member> down, Roll roll, int goal)
    {
        (up, down) = ([.. up.Where(Scales)], [.. down.Where(Scales)]);
        if (up.Count == 0 || up.Concat(down).Any(member => member.Target is null))
            return;
        var (ready, full) = (up.Sum(Working), up.Sum(Weight));
        var surplus = roll.Stop > 0 && goal == full ? 0 : down.Sum(Target) - Remaining(roll, ready, full);
        foreach (var member in down.AsEnumerable().Reverse().Where(member => member.Target > 0))
        {
            if (surplus <= 0)
                break;
            var fewer = Math.Min(surplus, Target(member));
            Scale(member, Target(member) - fewer);
            surplus -= fewer;
        }

        var running = up.Concat(down).Select(member => Find(member.Id)!).Sum(Running);
        foreach (var member in up.Where(member => member.Target < member.Size))
        {
            var room = down.Count == 0 ? int.MaxValue : ready < up.Sum(Target) ? 0 : Math.Min(1, roll.Most - running);
            var more = Math.Min(Math.Min(room, member.Size - Target(member)), goal - up.Sum(Target));
            if (more > 0)
            {
                Scale(member, Target(member) + more);
                break;
            }
        }
    }

    // One at least: its last worker leaves when the other side is complete.
    private static int Remaining(Roll roll, int ready, int full) => full <= roll.Up ? Math.Min(1, roll.Down)
        : Math.Max(1, roll.Down - ((ready - roll.Up) * roll.Down / (full - roll.Up)));

    private void Scale(Member member, int workers)
    {
        _members[member.Id] = member with { Target = workers };
        _orders.Add(new PolicyOrder.Scale(member.Id, workers));

        // Each order comes of a worker more or less, and there are as many as workers. What comes and goes between
        // two of them, like a worker that dies again and again, is no progress.
        if (Current is { Roll: { } roll } current)
            Current = current with { Roll = roll with { Progress = _now } };
    }

    // Whoever serves and is not part of an exchange has all of its workers.
    private void Complete()
    {
        if (Current is { Roll: not null } or { Phase: not HandoverPhase.Draining, From.Count: > 0 })
            return;
        foreach (var member in _members.Values.Where(one => one.Serves && !one.IsLeaving && Scales(one) && one.Target < one.Size).ToList())
            Scale(member, member.Size);
    }

    private void Count(Member member, PolicyEvent.Reported told)
    {
        if (told.Target is not { } target || member.Size == 0)
            return;

        // What it was told here counts: what it says may be older, or what another pool leaves it.
        _members[member.Id] = member with
        {
            Target = member.Target ?? Math.Clamp(target, 0, member.Size),
            ReadyWorkers = Math.Clamp(told.Ready, 0, member.Size),
            Running = Math.Max(0, told.Running),
        };
    }

    private TimeSpan Patience => Limits.Ready + Limits.Mercy + Limits.Answer;

    private bool IsStuck(Roll roll) => _now - roll.Progress >= Patience;

    private static bool Scales(Member member) => member is { Size: > 0, State: not MemberState.Orphaned };

    private static int Weight(Member member) => Scales(member) ? member.Size : 1;

    // Those that it was told to end count no more.
    private static int Working(Member member) => Scales(member) ? Math.Min(member.ReadyWorkers, Target(member)) : 1;

    private static int Target(Member member) => member.Target ?? member.Size;

    private static int Running(Member member) => Math.Max(member.Running, Target(member));
}
