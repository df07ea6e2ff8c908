using System.Text;

namespace Zerg.Configuration;

/// <summary>Effective options as a table for people.</summary>
internal static class ConfigurationReport
{
    private const string Gap = "  ";

    public static string Render(IReadOnlyList<EffectiveOption> options)
    {
        List<string[]> rows = [["OPTION", "VALUE", "SOURCE"]];
        rows.AddRange(options.Select(option =>
            new[] { option.Name, option.Value, option.Source?.ToString() ?? "default" }));
        int name = rows.Max(row => row[0].Length);
        int value = rows.Max(row => row[1].Length);
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            text.Append(row[0].PadRight(name)).Append(Gap)
                .Append(row[1].PadRight(value)).Append(Gap)
                .Append(row[2]).Append('\n');
        }

        return text.ToString();
    }
}
