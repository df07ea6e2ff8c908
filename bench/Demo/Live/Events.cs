namespace Zerg.Demo.Live;

/// <summary>The last things that happened, the newest at the bottom.</summary>
internal static class Events
{
    private const int Lines = 7;

    public static void Draw(Frame frame, Journal journal)
    {
        var entries = journal.Last(Lines);
        for (var i = 0; i < entries.Count; i++)
        {
            var latest = i == entries.Count - 1;
            frame.WriteEndingAt(6, $"{entries[i].At.TotalSeconds:0.0}", Palette.Quiet).To(9);
            var loud = latest || entries[i].Tone == Tone.Bad;
            frame.Write(entries[i].Text, loud ? Palette.Of(entries[i].Tone) : Palette.Quiet);
            frame.EndLine();
        }

        frame.EndLine(Lines - entries.Count);
    }
}
