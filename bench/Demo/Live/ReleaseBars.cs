using Spectre.Console;

namespace Zerg.Demo.Live;

/// <summary>Which releases answer: a bar for each of the newest, moving gently.</summary>
internal sealed class ReleaseBars
{
    private const int Lines = 4;
    private const double Ease = 0.35;
    private const string Eighths = " ▏▎▍▌▋▊▉";

    private readonly SortedDictionary<int, double> _shown = [];

    public void Draw(Frame frame, Scene scene)
    {
        var attached = scene.Status?.Zerglings.Select(one => one.Release ?? "") ?? [];
        foreach (var release in scene.Answers.Keys.Concat(scene.Refused).Concat(attached))
        {
            if (int.TryParse(release.AsSpan(Math.Min(1, release.Length)), out var number))
                _shown.TryAdd(number, 0);
        }

        foreach (var number in _shown.Keys.ToList())
            _shown[number] += (scene.Share($"v{number}") - _shown[number]) * Ease;
        int[] newest = [.. _shown.Keys.Reverse().Take(Lines)];
        foreach (var number in newest)
            Line(frame, scene, $"v{number}", _shown[number]);
        frame.EndLine(Lines - newest.Length);
    }

    private static void Line(Frame frame, Scene scene, string release, double share)
    {
        var colour = Palette.Release(release);
        const int Before = 6;
        const int After = 8;
        var eighths = (int)Math.Round(share * (frame.Width - Before - After) * 8);
        var bar = new string('█', eighths / 8) + (eighths % 8 > 0 ? $"{Eighths[eighths % 8]}" : "");
        var answers = scene.Share(release) > 0;
        frame.Write(release, answers ? new Style(colour, decoration: Decoration.Bold) : Palette.Quiet).To(Before);
        if (answers || eighths > 0)
        {
            frame.Write(bar, new Style(colour));
            frame.WriteEndingAt(frame.Width, $"{scene.Share(release):0 %}", Palette.Plain);
        }
        else if (scene.Refused.Contains(release))
        {
            frame.Write("refused", Palette.Of(Tone.Bad)).Write(": it never answered anybody", Palette.Quiet);
        }
        else
        {
            var state = scene.Status?.Zerglings.FirstOrDefault(one => one.Release == release)?.State;
            frame.Write(state ?? "left", Palette.Quiet);
        }

        frame.EndLine();
    }
}
