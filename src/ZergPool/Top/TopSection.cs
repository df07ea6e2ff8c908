using System.Globalization;

namespace ZergPool.Top;

/// <summary>A part of the screen that gives way when there is little room.</summary>
/// <param name="Title">Over it, or null.</param>
/// <param name="Rows">All there is to say.</param>
/// <param name="Focus">The row that has to be seen.</param>
internal sealed record TopSection(TopLine? Title, IReadOnlyList<TopLine> Rows, int Focus = 0)
{
    private const int RowsBeforeAir = 3;

    /// <summary>The rows in as many lines; the last one counts what is left out.</summary>
    public IEnumerable<TopLine> Show(int lines)
    {
        if (lines >= Rows.Count)
            return Rows;
        var shown = Math.Max(lines - 1, 0);
        var first = Math.Clamp(Focus - shown + 1, 0, Rows.Count - shown);
        var more = string.Create(CultureInfo.InvariantCulture, $"+ {Rows.Count - shown} more");
        return [.. Rows.Skip(first).Take(shown), new TopLine(more, TopStyle.Faint)];
    }

    /// <summary>Sections below each other in so many lines; what there is too little of is dealt out evenly.</summary>
    public static IEnumerable<TopLine> Stack(IEnumerable<TopSection> sections, int height)
    {
        var all = sections.Where(section => section.Rows.Count > 0).ToList();
        var titles = all.Count(section => section.Title is not null);
        var isAiry = height >= titles + all.Sum(section => 1 + Math.Min(section.Rows.Count, RowsBeforeAir));
        var room = height - titles - (isAiry ? all.Count : 0);
        var lines = new int[all.Count];
        for (var before = -1; room > 0 && before != room;)
        {
            before = room;
            for (var index = 0; index < all.Count && room > 0; index++)
            {
                if (lines[index] == all[index].Rows.Count)
                    continue;
                lines[index]++;
                room--;
            }
        }

        foreach (var (section, index) in all.Select((section, index) => (section, index)))
        {
            if (isAiry)
                yield return new TopLine("");
            if (section.Title is { } title)
                yield return title;
            foreach (var line in section.Show(lines[index]))
                yield return line;
        }
    }
}
