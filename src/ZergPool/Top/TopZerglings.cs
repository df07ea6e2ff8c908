using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>The zerglings of all generations.</summary>
internal static class TopZerglings
{
    private static readonly TopColumn[] s_columns =
    [
        new("ID", 0, IsNumber: true), new("PID", 7, IsNumber: true), new("KIND", 8), new("RELEASE", 0, IsElastic: true),
        new("STATE", 0), new("GEN", 3, IsNumber: true), new("AGE", 4, IsNumber: true), new("WORK", 6, IsNumber: true),
        new("CONN", 1, IsNumber: true), new("REQ", 1, IsNumber: true), new("MEM", 5, IsNumber: true),
        new("CPU%", 2, IsNumber: true), new("NAME", 9), new("POOL", 10),
    ];

    /// <summary>A row each; the selected one is marked, and seen.</summary>
    public static TopSection Section(TopModel model, int width)
    {
        var status = model.Status;
        var rows = status.Zerglings.Select(one => Row(model, one)).ToList();
        var table = new TopTable(status.Pools is null ? s_columns[..^1] : s_columns, rows, width - 2);
        var lines = status.Zerglings.Zip(rows, Line).ToList();
        if (lines.Count == 0)
            lines.Add(new TopLine("  nobody is attached", TopStyle.Warning));
        return new TopSection(
            new TopLine($"  {table.Title}", TopStyle.Title), lines,
            Math.Max(lines.FindIndex(line => line.Style == TopStyle.Selected), 0));

        TopLine Line(ZerglingStatus one, string[] row) => one.Id == model.Selected
            ? new TopLine($"> {table.Row(row)}", TopStyle.Selected)
            : new TopLine($"  {table.Row(row)}", one.State is "failed" or "down" or "orphaned" or "unknown"
                ? TopStyle.Warning : TopStyle.Plain);
    }

    private static string[] Row(TopModel model, ZerglingStatus one)
    {
        var usage = model.Usage.GetValueOrDefault(one.Id);
        return
        [
            Figures.Count(one.Id), one.Pid == 0 ? "-" : Figures.Count(one.Pid), one.Kind, one.Release ?? "-", one.State,
            Figures.Count(one.Generation), StatusTable.Age(model.Seen - one.Attached),
            one.Workers.Count == 0 ? "-" : Figures.Count(one.Workers.Count), Figures.Count(one.Connections),
            Figures.Count(one.Requests), Figures.Size(usage?.Memory), Figures.Percent(usage?.Cpu), one.Name,
            one.Pool ?? "-",
        ];
    }
}
