using System.Text;

namespace Zerg.Configuration;

/// <summary>The vocabulary as the Markdown table of docs/configuration.md.</summary>
internal static class VocabularyTable
{
    public static string Render()
    {
        var text = new StringBuilder();
        text.Append("| option | value | default | read by | meaning | in uWSGI |\n");
        text.Append("|---|---|---|---|---|---|\n");
        foreach (OptionDefinition option in Vocabulary.All)
        {
            string name = option.Repeatable ? $"`{option.Name}` (repeatable)" : $"`{option.Name}`";
            text.Append($"| {name} | `{Escape(option.Value)}` | {Escape(option.Default)} | {Readers(option.Programs)} ")
                .Append($"| {Escape(option.Description)} | {(option.Uwsgi is { } uwsgi ? $"`{uwsgi}`" : "-")} |\n");
        }

        return text.ToString();
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Readers(ProgramKinds programs) => programs switch
    {
        ProgramKinds.Pool => "zergpool",
        ProgramKinds.Zergling => "zergling",
        _ => "both",
    };
}
