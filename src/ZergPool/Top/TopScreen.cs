using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>Lays out what is known of a pool on a screen of any size.</summary>
internal static class TopScreen
{
    private const string Keys = "j/k select  p pause  r resume  d drain  b rollback  q quit";
    private const string Question = "? y/n";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>The lines, none longer than the screen is wide; with keys the last one is about them.</summary>
    public static IReadOnlyList<TopLine> Render(TopModel model, int width, int height)
    {
        var room = height - (model.HasKeys ? 1 : 0);
        List<TopLine> lines = [.. Head(model)];
        lines.AddRange(TopSection.Stack(
            [
                TopSockets.Section(model.Status, width), TopZerglings.Section(model, width),
                new TopSection(null, [.. TopProgress.Of(model)]),
            ],
            room - lines.Count));
        if (model.HasKeys)
        {
            lines = [.. lines.Take(room)];
            lines.AddRange(Enumerable.Repeat(new TopLine(""), room - lines.Count));
            lines.Add(Bottom(model, width));
        }

        return [.. lines.Select(line => line with { Text = Cells.Cut(line.Text, width).TrimEnd() })];
    }

    private static IEnumerable<TopLine> Head(TopModel model)
    {
        var pool = model.Status.Pool;
        yield return new TopLine(
            $"zergpool {pool.Version}  pid {Figures.Count(pool.Pid)}  up {StatusTable.Age(model.Seen - pool.Started)}  "
            + $"generation {Figures.Count(pool.Generation)}  {string.Join(", ", pool.Paths)}",
            TopStyle.Title);
        var silence = model.Now - model.Seen;
        yield return model.Trouble is null && silence <= s_patience + model.Delay ? Totals(model) : new TopLine(
            $"! no answer for {StatusTable.Age(silence)}, asks again{(model.Trouble is { } why ? $": {why}" : "")}",
            TopStyle.Warning);
    }

    private static TopLine Totals(TopModel model)
    {
        var all = model.Status.Zerglings;
        var usage = model.Usage.Values;
        return new TopLine(
            $"{Figures.Count(all.Count, "zergling")}, {Sum(all.Select(one => one.Connections), "connection")}, "
            + $"{Sum(all.Select(one => one.Requests), "request")} in flight, "
            + $"memory {Figures.Size(usage.Any() ? usage.Sum(one => one.Memory) : null)}, "
            + $"cpu {Figures.Percent(usage.Any() ? usage.Sum(one => one.Cpu) : null)} %");
    }

    // Of those who tell.
    private static string Sum(IEnumerable<int?> counts, string what)
        => counts.All(count => count is null) ? $"- {what}s" : Figures.Count(counts.Sum(count => (long?)count) ?? 0, what);

    // What is asked is seen, however long the name of a release is.
    private static TopLine Bottom(TopModel model, int width) => model switch
    {
        { Asked: { } asked } => new TopLine(
            Cells.Cut(asked.Words, Math.Max(width - Question.Length, 0)) + Question, TopStyle.Warning),
        { Message.Length: > 0 } => new TopLine(model.Message),
        _ => new TopLine(Keys, TopStyle.Faint),
    };
}
