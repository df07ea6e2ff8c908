using Spectre.Console;
using ZergPool.Control;

namespace Zerg.Demo.Live;

/// <summary>Who is attached to the pool, the newest first.</summary>
internal static class Roster
{
    private const int Lines = 4;
    private static readonly int[] s_columns = [0, 13, 28, 44, 60, 73, 84];

    public static void Draw(Frame frame, Scene scene)
    {
        Line(
            frame, ["release", "generation", "state", "connections", "in flight", "pid", "for"],
            Enumerable.Repeat(Palette.Quiet, s_columns.Length).ToArray());
        var zerglings = scene.Status?.Zerglings.OrderByDescending(one => one.Id).Take(Lines).ToList() ?? [];
        foreach (var one in zerglings)
            Line(frame, Cells(one), Styles(one));
        frame.EndLine(Lines - zerglings.Count);
    }

    private static string[] Cells(ZerglingStatus one) =>
    [
        one.Release ?? "-", one.Generation == 0 ? "-" : $"{one.Generation}", one.State, $"{one.Connections}",
        $"{one.Requests}", $"{one.Pid}",
        $"{Math.Max(0, (TimeProvider.System.GetUtcNow() - one.Since).TotalSeconds):0} s",
    ];

    private static Style[] Styles(ZerglingStatus one)
    {
        var state = one.State switch
        {
            "accepting" => Palette.Good,
            "failed" => Palette.Bad,
            "draining" => Palette.Quiet,
            _ => Palette.Plain,
        };
        var rest = one.State == "draining" ? Palette.Quiet : Palette.Plain;
        return [new Style(Palette.Release(one.Release ?? "")), rest, state, rest, rest, rest, rest];
    }

    private static void Line(Frame frame, string[] cells, Style[] styles)
    {
        for (var i = 0; i < cells.Length; i++)
            frame.To(s_columns[i]).Write(cells[i], styles[i]);
        frame.EndLine();
    }
}
