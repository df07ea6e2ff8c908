using System.Globalization;
using ZergPool.Control;
using ZergPool.Handover;

namespace ZergPool.Following;

/// <summary>Reads out of a pool's status how far a release has come.</summary>
internal static class ProgressReader
{
    // A pool that was killed knows nobody until they are back.
    private static readonly TimeSpan s_returnPatience = TimeSpan.FromSeconds(15);

    /// <summary>Looks; a zergling that was seen before is stuck to.</summary>
    public static Progress Read(StatusDocument status, Target target, int? seen, DateTimeOffset now)
    {
        var deployment = target.Deployment is null ? Unattached(status, target.Release)
            : status.Deployments.FirstOrDefault(one => one.Id == target.Deployment);
        var id = seen ?? (target.Deployment is null ? Find(status, target, deployment) : deployment?.Zergling);
        if (id is { } zergling)
            return Of(status, zergling, target.Release ?? deployment?.Release, now);
        return deployment switch
        {
            null when target.Deployment is not null => new Progress(Progress.Failed, "the pool knows nothing of it any more"),
            null => new Progress("waiting", target.Release is null
                ? "nobody takes over yet" : $"nobody of release '{target.Release}' has attached yet"),
            { Problem: { } problem } => new Progress(Progress.Failed, problem),
            { State: "queued" } => new Progress("queued", "waits until the hand-over before it is through"),
            { State: "left" } => new Progress(Progress.Failed, "its launcher has left"),
            _ => new Progress("starting", $"launcher pid {Number(deployment.Pid)} starts"),
        };
    }

    // Whoever is on its way, else whoever serves under that label, else who did; a release that starts again is none of
    // those. Without a label it may be over before it is seen on its way.
    private static int? Find(StatusDocument status, Target target, DeploymentStatus? unattached)
    {
        if (target.Release is null && status.Handover is { } handover)
            return handover.To;
        var all = status.Zerglings.Where(one => target.Release is null || one.Release == target.Release).ToList();
        if (all.FindLast(one => one.State is "starting" or "checking" or "ready") is { } coming)
            return coming.Id;
        if (target.Release is null)
            return Over(status, one => one.Started.AddSeconds(one.Seconds) >= target.Since);
        if (unattached is { Problem: null })
            return null;
        return all.FindLast(one => one.State == "accepting")?.Id
            ?? (status.GoesBack.Any(one => one.Release == target.Release) ? null
                : Over(status, one => one.To > 0 && one.Release == target.Release && !(one.Started < unattached?.Asked)));
    }

    // What the pool itself starts under that label, or could not start, and has not come to the roster.
    private static DeploymentStatus? Unattached(StatusDocument status, string? release)
        => release is not null && status.Deployments.FirstOrDefault(one => one.Release == release)
            is { Zergling: null, State: "queued" or "starting" or "failed" } last ? last : null;

    private static int? Over(StatusDocument status, Func<HistoryStatus, bool> isMeant)
        => status.History.FirstOrDefault(one => !one.IsForcedOut && isMeant(one))?.To;

    private static Progress Of(StatusDocument status, int id, string? release, DateTimeOffset now)
    {
        var one = status.Zerglings.FirstOrDefault(one => one.Id == id);
        var ended = status.History.FirstOrDefault(record => record.To == id && !record.IsForcedOut);
        if (status.History.FirstOrDefault(record => record.Outcome == "rolled back" && record.From.Contains(id)) is { } back)
            return new Progress(Progress.Failed, $"went back to {ReleaseText.Of(back.Release)}: {back.Reason}", id);
        if (status.GoesBack.FirstOrDefault(one => one.From == id) is { } again)
        {
            return new Progress(
                Progress.Failed,
                $"goes back to {ReleaseText.Of(again.Release)}, which has to start again: {again.Reason}", id);
        }

        if (ended is { Outcome: "failed" })
            return new Progress(Progress.Failed, ended.Reason, id) { Output = ended.Output };
        var name = $"zergling {Number(id)}, release '{one?.Release ?? ended?.Release ?? release ?? "-"}'";
        return one?.State switch
        {
            null or "draining" or "standby" when ended is not null
                && status.History.Any(record => record.From.Contains(id) && !record.IsForcedOut)
                => new Progress(Progress.Done, $"{name} took over, and was replaced by now", id),
            null when MayReturn(status, ended, now)
                => new Progress("waiting", $"{name} has not come back to the pool yet", id),
            null => new Progress(Progress.Failed, ended is null ? $"{name} is gone" : $"{name} took over, and is gone", id),
            "starting" => new Progress("starting", $"{name} starts", id) { Said = one.Said },
            "checking" => new Progress("checking", $"{name} is ready, the check-command looks at it", id),
            "standby" => new Progress("waiting", $"{name} is warm and waits in standby", id),
            "ready" when HandoverOf(status, one) is { } other && other.To != id
                => new Progress("waiting", $"{name} is ready, and waits for the hand-over to zergling {Number(other.To)}", id),
            "ready" => new Progress("switching", $"{name} is ready, and told to accept", id),
            "failed" => new Progress("starting", $"{name} did not become ready", id),
            "draining" when HandoverOf(status, one) is { } next && next.From.Contains(id)
                => new Progress(Progress.Done, $"{name} took over, and was replaced by now", id),
            "draining" => new Progress(Progress.Failed, ended is null ? $"{name} leaves" : $"{name} took over, and leaves", id),
            _ => Serving(status, one, ended, name, now),
        };
    }

    // Each of several pools hands over by itself.
    private static HandoverStatus? HandoverOf(StatusDocument status, ZerglingStatus one)
        => status.Pools is { } pools ? pools.FirstOrDefault(pool => pool.Path == one.Pool)?.Handover : status.Handover;

    // Who took over in this pool's own time was here, and has left.
    private static bool MayReturn(StatusDocument status, HistoryStatus? ended, DateTimeOffset now)
        => now - status.Pool.Started < s_returnPatience
            && !(ended?.Started.AddSeconds(ended.Seconds) >= status.Pool.Started);

    private static Progress Serving(
        StatusDocument status, ZerglingStatus one, HistoryStatus? ended, string name, DateTimeOffset now)
    {
        if (HandoverOf(status, one) is { } handover && handover.To == one.Id)
        {
            return handover.Exchange is not { } exchange ? new Progress("switching", $"{name} takes over", one.Id)
                : new Progress(
                    handover.Phase, $"{name}: {exchange.Ready} of {exchange.Workers} workers serve"
                    + (exchange.Reason is null ? "" : $"; it gives way again: {exchange.Reason}"), one.Id)
                {
                    Said = exchange.Until is not null ? exchange.Bakes(now) : Leaving(status, one, exchange),
                };
        }

        if (one.State == "down")
            return new Progress("waiting", $"{name} has lost its workers, and starts them again", one.Id);
        var spare = status.Rollback.FirstOrDefault(back => back.Pool == one.Pool && back.WhyNot is null);
        var back = spare is null || ended is null ? null : $"{ReleaseText.Of(spare.Release)} can be gone back to";
        var left = status.Zerglings.Where(other => ended?.From.Contains(other.Id) == true && other.State != "standby").ToList();
        if (left.Count > 0 && left.TrueForAll(IsDeaf))
        {
            return new Progress(
                Progress.Failed, $"{name} serves, and so does zergling {string.Join(", ", left.Select(other => Number(other.Id)))}: "
                + "a uWSGI that reads no legacy-fifo cannot be told to leave", one.Id);
        }

        if (left.Count > 0)
        {
            return new Progress("draining", $"{name} serves; {string.Join(", ", left.Where(other => !IsDeaf(other)).Select(Waiting))}", one.Id)
            {
                Said = left.Select(other => other.Open).FirstOrDefault(open => open is not null) is { } open
                    ? OpenText.Summary(open, []) : null,
                Spare = back,
            };
        }

        return new Progress(Progress.Done, $"{name} serves" + (back is null ? "" : $"; {back}"), one.Id) { Spare = back };
    }

    // It does not drain though it was replaced, and never will.
    private static bool IsDeaf(ZerglingStatus one) => one.Kind == "uwsgi" && one.State != "draining";

    // Of launchers: those that run still, and serve no more.
    private static string? Leaving(StatusDocument status, ZerglingStatus one, ExchangeStatus exchange)
    {
        var running = status.Zerglings.Where(other => other.Id != one.Id && other.Pool == one.Pool && other.State == "accepting")
            .Sum(other => other.Workers.Count);
        return (running - exchange.OldReady) switch
        {
            <= 0 => null,
            1 => "a worker of the release before finishes and leaves",
            var leaving => $"{Number(leaving)} workers of the release before finish and leave",
        };
    }

    private static string Waiting(ZerglingStatus one) => $"zergling {Number(one.Id)} drains"
        + (one.Connections is { } connections ? $" ({Number(connections)} connections, {Number(one.Requests)} requests)" : "");

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";
}
