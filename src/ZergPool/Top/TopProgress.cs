using ZergPool.Control;
using ZergPool.Handover;

namespace ZergPool.Top;

/// <summary>What is under way, and what it waits for.</summary>
internal static class TopProgress
{
    private const int MostName = 24;

    // A release that came to nothing is told for as long.
    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(1);

    /// <summary>A line each, the hand-over first.</summary>
    public static IEnumerable<TopLine> Of(TopModel model)
    {
        var (status, now) = (model.Status, model.Seen);
        IEnumerable<HandoverStatus?> current = status.Pools?.Select(pool => pool.Handover) ?? [status.Handover];
        return
        [
            .. current.OfType<HandoverStatus>().SelectMany(handover => TopTimeline.Of(handover, status, now)),
            .. model.Settling.SelectMany(record => TopTimeline.Of(record, status, now, null)),
            .. model.Over is var (over, at) ? TopTimeline.Of(over, status, now, at) : [],
            .. Lines(status.Zerglings.Select(one => Waiting(one, now))),
            .. Lines(status.Deployments.Select(one => Deployment(one, now))),
            .. Lines(status.Rollback.Select(one => $"rollback to {Release(one.Release)}{In(one.Pool)} {one.Describe(now)}")),
            .. Lines(status.History.Take(1).Select(one => Trouble(one, now)), TopStyle.Warning),
        ];
    }

    /// <summary>A release by its name, as far as there is room for it.</summary>
    public static string Release(string? release)
        => release?.Length == 0 ? ReleaseText.Of(release) : $"release {Cells.Cut(release ?? "-", MostName)}";

    private static IEnumerable<TopLine> Lines(IEnumerable<string?> texts, TopStyle style = TopStyle.Plain)
        => texts.OfType<string>().Select(text => new TopLine(text, style));

    private static string? Trouble(HistoryStatus one, DateTimeOffset now)
    {
        var age = now - one.Started - TimeSpan.FromSeconds(one.Seconds);
        return one.Outcome switch
        {
            _ when age >= s_recent => null,
            "failed" => $"! {Release(one.Release)} failed {StatusTable.Age(age)} ago: {one.Reason}",
            "rolled back" => $"! rolled back to {Release(one.Release)} {StatusTable.Age(age)} ago: {one.Reason}",
            _ => null,
        };
    }

    private static string? Waiting(ZerglingStatus one, DateTimeOffset now)
    {
        var who = $"zergling {Figures.Count(one.Id)}";
        var since = Figures.Seconds(now - one.Since);
        var left = one.Until is { } until ? StatusTable.Age(until - now) : "-";
        return one.State switch
        {
            "draining" => $"{who} drains {since}, mercy {left}: {Load(one)}",
            "starting" => $"{who} starts {since}: ready-timeout in {left}",
            "checking" => $"{who} is checked {since}",
            "ready" => $"{who} waits {since} for its turn",
            _ => null,
        };
    }

    private static string Load(ZerglingStatus one) => (one.Requests, one.Connections) switch
    {
        (null, null) => OpenText.Summary(one.Open, one.Workers),
        (0, 0) => "nothing is open",
        var (requests, connections) => string.Join(", ", ((string?[])
        [
            requests is { } flying ? $"{Figures.Count(flying, "request")} in flight" : null,
            one.Open is { } open ? OpenText.Summary(open, [])
                : connections is { } count ? Figures.Count(count, "connection") : null,
        ]).OfType<string>()),
    };

    private static string? Deployment(DeploymentStatus one, DateTimeOffset now)
    {
        var who = $"deployment {Figures.Count(one.Id)} ({Release(one.Release)})";
        var since = StatusTable.Age(now - one.Asked);
        return one.State switch
        {
            "queued" => $"{who} waits for the one before it, {since}",
            "starting" => $"{who} starts, {since}: launcher pid {Figures.Count(one.Pid)}",
            "restarting" => $"{who} starts again: {one.Problem ?? "its launcher ended"}",
            _ => null,
        };
    }

    private static string In(string? pool) => pool is null ? "" : $" in {pool}";
}
