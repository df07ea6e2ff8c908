using Zerg;
using Zerg.Configuration;
using Zerg.Protocol;
using ZergPool.Control;
using ZergPool.Handover;
using ZergPool.Roster;

namespace ZergPool;

/// <content>Going back to the release that was replaced.</content>
internal sealed partial class Pool
{
    // Of several pools in one process, the one that can go back is meant.
    private void RollBack(PoolEvent.Commanded commanded)
    {
        var (pool, policy) = _policies.OrderBy(one => one.Value.WhyNoRollback is null ? 0 : 1).First();
        if (policy.WhyNoRollback is { } reason)
        {
            Answer(commanded, ExitCodes.Failed, reason);
            return;
        }

        if (policy.UnderWay is { } exchange)
        {
            // A launcher of several pools has as many workers as each of them leaves it: it gives way in all of them.
            foreach (var (other, _) in _policies.Where(one => one.Value is { UnderWay: { } same, WhyNoRollback: null }
                && same.Release == exchange.Release).ToList())
                Apply(other, new PolicyEvent.RollbackAsked("rollback was asked for"));
            Answer(commanded, ExitCodes.Ok, $"release '{exchange.Release}' gives way again, see zergpool status");
            return;
        }

        var window = policy.Window!;
        if (policy.Spares.FirstOrDefault() is not { } spare)
        {
            if (WhyNoWayBack(policy, window) is { } why)
            {
                Answer(commanded, ExitCodes.Failed, $"cannot go back to {ReleaseText.Of(window.Former)}: {why}");
                return;
            }

            GoBack(pool, window);
            commanded.Reply.SetResult(new ControlReply
            {
                Message = $"{ReleaseText.Of(window.Former)} starts again, see zergpool follow",
                Deployment = _deployments[0].Id,
            });
            return;
        }

        GoBack(pool, window);
        Wait(
            commanded, spare, s_answerPatience, Effect.Accepting,
            $"{ReleaseText.Of(window.Former)} serves again, {ReleaseText.Of(window.Release)} drains");
    }

    // What serves in several pools is gone back from in all of them: it is one process, and so is what comes back, which
    // none of them may send away.
    private void GoBack(ListenAddress pool, RollbackWindow window)
    {
        var same = _policies.Where(one => one.Value is { Window: { } other, WhyNoRollback: null }
            && (other.Release, other.Former, PidOf(other.To)) == (window.Release, window.Former, PidOf(window.To)));
        foreach (var other in same.Select(one => one.Key).Where(other => other != pool).Prepend(pool).ToList())
            Apply(other, new PolicyEvent.RollbackAsked("rollback was asked for"));
    }

    // What was to start again when the pool before was killed has not begun, or died meanwhile.
    private void GoOnGoingBack()
    {
        foreach (var release in _policies.Values.Select(policy => policy.GoesBack?.Release).OfType<string>().Distinct().ToList())
        {
            if (!_deployments.Exists(one => one is { IsOver: false, IsLeaving: false } && one.Workload.Release == release)
                && !Members.Any(member => member.IsComing && member.Release == release))
                StartAgain(release);
        }
    }

    // Null while somebody waits, or can be started again. Of a launcher that somebody else had started only its process
    // told how, and a crash of the pool has nothing left of that.
    private string? WhyNoWayBack(HandoverPolicy policy, RollbackWindow window)
        => policy.Spares.Any() || CanStartAgain(window.Former) ? null
            : IsReturning ? "nobody of it has come back to the pool yet"
            : "nobody of it waits, and whoever started it has to start it again";

    // Those of its life before it attached here count for nobody.
    private void CountCrashes(Zergling zergling, int crashes, string? said)
    {
        if (FrameBounds.Figure(crashes) is null)
            return;
        var more = Math.Min(crashes - (zergling.Crashes ?? crashes), _options.MaxCrashes + 1);
        zergling.Crashes = crashes;
        for (; more > 0; more--)
            Apply(zergling.Pool, new PolicyEvent.Crashed(zergling.Id, said));
    }

    private GoingBackStatus? GoingBack(ListenAddress pool, HandoverPolicy policy) => policy.GoesBack is { } back
        ? new GoingBackStatus(back.Release, back.From, back.Reason, OneOfSeveral([pool])) : null;

    private RollbackStatus? Status(ListenAddress pool, HandoverPolicy policy) => policy.Window is { } window
        ? new RollbackStatus(
            window.Former, [.. policy.Spares.Select(spare => spare.Id)], window.Until, window.Crashes, OneOfSeveral([pool]),
            WhyNoWayBack(policy, window))
        : null;
}
