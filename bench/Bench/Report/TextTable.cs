using System.Text;

namespace Zerg.Bench.Report;

/// <summary>A section for reading: the first column to the left, the figures to the right.</summary>
internal static class TextTable
{
    public static string Write(Section section)
    {
        var text = new StringBuilder();
        text.Append(section.Title).Append('\n');
        IReadOnlyList<string>[] rows = [section.Columns, .. section.Rows];
        int[] widths = [.. section.Columns.Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.Append("  ").Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        foreach (var goal in section.Goals)
            text.Append($"  goal {(goal.Met ? "met   " : "missed")}: {goal.Text}: {goal.Figure}\n");
        if (section.Note.Length > 0)
            text.Append("  ").Append(section.Note).Append('\n');
        return text.ToString();
    }
}
