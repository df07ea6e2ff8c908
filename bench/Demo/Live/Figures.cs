using Spectre.Console;

namespace Zerg.Demo.Live;

/// <summary>The head line and the large figures.</summary>
internal static class Figures
{
    public static void Draw(Frame frame, Scene scene)
    {
        frame.Write("ZergPool", Palette.Title).Write("   releases rolled out under load", Palette.Quiet);
        frame.WriteEndingAt(frame.Width, $"{scene.Address}   {scene.Elapsed:mm\\:ss}", Palette.Quiet).EndLine();
        frame.EndLine();
        (string Value, string Name, Style Style)[] figures =
        [
            ($"{scene.Requests:#,0}", "requests", Palette.Title),
            ($"{scene.PerSecond:#,0}", "a second", Palette.Title),
            ($"{scene.Losses:#,0}", "lost", scene.Losses == 0 ? Palette.Good : Palette.Bad),
            ($"{scene.P50:0.0} ms", "p50", Palette.Title),
            ($"{scene.P99:0.0} ms", "p99", Palette.Title),
            ($"{scene.HandOvers} of {scene.PlannedHandOvers}", "hand-overs", Palette.Title),
        ];
        var step = frame.Width / figures.Length;
        for (var i = 0; i < figures.Length; i++)
            frame.To(i * step).Write(figures[i].Value, figures[i].Style);
        frame.EndLine();
        for (var i = 0; i < figures.Length; i++)
            frame.To(i * step).Write(figures[i].Name, Palette.Quiet);
        frame.EndLine();
    }
}
