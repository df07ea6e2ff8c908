using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>The steps of a hand-over, each with the time until then; the one it waits for is in brackets.</summary>
internal static class TopTimeline
{
    private static readonly string[] s_steps = ["attached", "ready", "accept", "drain", "gone"];

    /// <summary>Of the one under way.</summary>
    public static IEnumerable<TopLine> Of(HandoverStatus handover, StatusDocument status, DateTimeOffset now)
    {
        var to = status.Zerglings.FirstOrDefault(one => one.Id == handover.To);
        var start = handover.Started;
        return
        [
            .. Lines(handover.To, to?.Release, handover.From, start, now, [to?.Ready, Since(to?.Served, start)]),
            .. handover.Exchange is { } exchange
                ? [new TopLine($"  {handover.Phase}: {exchange.Describe(now)}")] : (TopLine[])[],
        ];
    }

    /// <summary>Of one that is through, but for those who drain, or who were gone at that time.</summary>
    public static IEnumerable<TopLine> Of(
        HistoryStatus record, StatusDocument status, DateTimeOffset now, DateTimeOffset? gone)
    {
        var to = status.Zerglings.FirstOrDefault(one => one.Id == record.To);
        var (start, settled) = (record.Started, record.Started + TimeSpan.FromSeconds(record.Seconds));
        return Lines(
            record.To, record.Release, record.From, start, now,
            [to?.Ready ?? settled, Since(to?.Served, start) ?? settled, settled, gone]);
    }

    private static TopLine[] Lines(
        int id, string? release, IReadOnlyList<int> from, DateTimeOffset start, DateTimeOffset now,
        DateTimeOffset?[] reached)
    {
        var done = reached.TakeWhile(time => time is not null).Count();
        var steps = s_steps.Select((step, index) => index switch
        {
            0 => step,
            _ when index <= done => $"{step} {Figures.Seconds(reached[index - 1]!.Value - start)}",
            _ when index == done + 1 => $"[{step} {Figures.Seconds(now - start)}]",
            _ => step,
        });
        var replaced = from.Count == 0 ? "" : $" from {string.Join(", ", from.Select(one => Figures.Count(one)))}";
        return
        [
            new TopLine($"hand-over to {Figures.Count(id)} ({TopProgress.Release(release)}){replaced}", TopStyle.Title),
            new TopLine($"  {string.Join(" -> ", steps)}"),
        ];
    }

    // What goes back has served before.
    private static DateTimeOffset? Since(DateTimeOffset? time, DateTimeOffset start) => time >= start ? time : null;
}
