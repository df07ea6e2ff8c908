using Zerg;

namespace ZergPool.Handover;

/// <content>A new release is watched by what it answers, for as long as the one before can be gone back to.</content>
internal sealed partial class HandoverPolicy
{
    // Of more than these only the sum is known, and one that comes back counts twice.
    private const int MaxGone = 32;

    private (int Id, DateTimeOffset Due)? _silent;

    /// <summary>What a generation, or one release in it, has answered since it took over; null where nobody tells.</summary>
    public ZergResponses? Seen(int generation, string? release = null)
    {
        var there = _members.Values.Where(member => member.Generation == generation && (release is null || member.Release == release))
            .Select(member => member.AnsweredThere).OfType<ZergResponses>();
        var gone = Window is { Gone: { } left } && Window.Generation == generation && (release is null || Window.Release == release)
            ? left.Select(one => one.Responses) : [];
        return there.Concat(gone).Aggregate((ZergResponses?)null, (sum, one) => sum?.Plus(one) ?? one);
    }

    private void Count(Member member, ZergResponses responses)
    {
        if (!responses.CanFollow(member.Answered))
            return;
        _members[member.Id] = member with { Answered = responses };
        if (Current is { Roll.Reason: null } current && current.To == member.Id)
        {
            if (Find(member.Id)!.AnsweredThere is { } there && Limits.Watch.WhyBad(there) is { } worse)
                Undo($"watch: {worse}");
            return;
        }

        if (Window is { } window && member.Generation == window.Generation && Current?.Back is null
            && Limits.Watch.WhyBad(Seen(window.Generation)!) is { } bad)
            RollBack($"watch: {bad}");
    }

    // Workers of a launcher may have more to say than they have said yet.
    private void TellOfSilence(Member entered)
        => _silent = Limits.Watch.IsOn
            ? (entered.Id, entered.Kind == MemberKind.Launcher ? _now + Limits.Answer : _now) : null;

    private void TellOfSilence()
    {
        if (_silent is not var (id, due) || _now < due)
            return;
        _silent = null;
        if (Find(id) is { Answered: null } member)
        {
            Note(
                NoteLevel.Warning,
                $"watch: no figures from this kind of zergling, {Describe(member)}: nothing is decided");
        }
    }

    private void KeepAnswers(Member member)
    {
        if (Window is not { } window || member.Generation != window.Generation
            || member.AnsweredThere is not { } answered || answered.All() == 0)
            return;
        List<GoneResponses> gone = [.. window.Gone ?? [], new GoneResponses(member.Id, answered)];
        if (gone.Count > MaxGone)
            gone = [new GoneResponses(0, gone[0].Responses.Plus(gone[1].Responses)), .. gone[2..]];
        Window = window with { Gone = gone };
    }

    // What it tells from now on has in it what was kept.
    private void ForgetAnswers(Member returned)
    {
        if (Window?.Gone?.Any(one => one.Id == returned.Id) == true)
            Window = Window with { Gone = [.. Window.Gone.Where(one => one.Id != returned.Id)] };
    }
}
