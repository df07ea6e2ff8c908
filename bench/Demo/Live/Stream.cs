using Spectre.Console;

namespace Zerg.Demo.Live;

/// <summary>The answers over time: a column for each pulse, coloured by the releases that answered.</summary>
internal static class Stream
{
    private const int Lines = 3;
    private const int Dots = 2 * Lines;

    public static void Draw(Frame frame, Scene scene)
    {
        Pulse[] pulses = [.. scene.Pulses.TakeLast(frame.Width)];
        Color[][] columns = [.. pulses.Select(Column)];
        for (var line = 0; line < Lines; line++)
        {
            foreach (var column in columns)
                frame.Write("▀", new Style(column[2 * line], column[2 * line + 1]));
            frame.EndLine();
        }
    }

    // From top to bottom, the newest release on top; a loss is red all the way.
    private static Color[] Column(Pulse pulse)
    {
        var all = pulse.Releases.Values.Sum();
        if (pulse.Lost > 0)
            return [.. Enumerable.Repeat(Palette.Loss, Dots)];
        if (all == 0)
            return [.. Enumerable.Repeat(Palette.Nobody, Dots)];
        var releases = pulse.Releases.Where(pair => pair.Value > 0)
            .OrderByDescending(pair => pair.Key.Length).ThenByDescending(pair => pair.Key, StringComparer.Ordinal)
            .ToList();
        var column = new Color[Dots];
        for (var dot = 0; dot < Dots; dot++)
        {
            var at = (dot + 0.5) / Dots * all;
            long seen = 0;
            column[dot] = Palette.Release(releases.First(pair => (seen += pair.Value) > at).Key);
        }

        return column;
    }
}
