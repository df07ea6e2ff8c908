using System.Text;

namespace ZergPool.Checking;

/// <summary>What <c>zergpool check</c> found, for people.</summary>
internal static class CheckTable
{
    private const string Gap = "  ";

    public static string Render(CheckDocument document)
    {
        var text = new StringBuilder();
        Add(text, "zergpool", ["OPTION", "VALUE", "SOURCE", "OVERRIDES"], document.Zergpool?.Select(Row));
        Add(text, "zergling", ["OPTION", "VALUE", "SOURCE", "OVERRIDES"], document.Zergling?.Select(Row));
        Add(
            text, "shared sockets", ["REFERENCE", "ADDRESS", "PROTOCOL", "NAMED BY"],
            document.SharedSockets.Select(share => (string[])
                [share.Reference, share.Address, share.Protocol, string.Join(", ", share.NamedBy.DefaultIfEmpty("nobody"))]));
        Add(
            text, "not read", ["OPTION", "VALUE", "SOURCE", "BECAUSE"],
            document.Ignored.Select(option => (string[])
                [option.Option, option.Value, option.Source, $"{option.Verdict}: {option.Why}"]));
        return text.ToString();
    }

    private static string[] Row(CheckedOption option) =>
        [option.Option, option.Value, option.Source ?? "default", string.Join(", ", option.Overrides)];

    private static void Add(StringBuilder text, string title, string[] head, IEnumerable<string[]>? body)
    {
        List<string[]> rows = [head, .. body ?? []];
        if (rows.Count == 1)
        {
            return;
        }

        text.Append(text.Length > 0 ? "\n" : "").Append(title).Append(":\n");
        int[] widths = [.. Enumerable.Range(0, head.Length - 1).Select(column => rows.Max(row => OneLine(row[column]).Length))];
        foreach (string[] row in rows)
        {
            string line = string.Join(Gap, row.Select((cell, column) =>
                column < widths.Length ? OneLine(cell).PadRight(widths[column]) : OneLine(cell)));
            text.Append(line.TrimEnd()).Append('\n');
        }
    }

    private static string OneLine(string cell) => cell.Replace('\n', ' ');
}
