using System.Text;
using Zerg.Configuration.Uwsgi;

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
                .Append($"| {Escape(option.Description)} | {Uwsgi(option)} |\n");
        }

        return text.ToString();
    }

    /// <summary>The options of uWSGI that are known and not read.</summary>
    public static string RenderKnown()
    {
        var text = new StringBuilder();
        text.Append("| option of uWSGI | here | because |\n");
        text.Append("|---|---|---|\n");
        foreach (KnownOption option in KnownOptions.All)
        {
            string name = option.Prefix is null ? $"`{option.Name}`" : $"`{option.Name}: {option.Prefix}...`";
            string here = option.Verdict == Verdict.NoMeaning ? "nothing to do" : "not supported yet";
            text.Append($"| {name} | {here} | {Escape(option.Note)} |\n");
        }

        return text.ToString();
    }

    private static string Uwsgi(OptionDefinition option)
    {
        if (option.Uwsgi is null)
        {
            return "-";
        }

        string names = string.Join(", ", option.Aliases.Prepend(option.Uwsgi).Select(name => $"`{name}`"));
        return option.Difference is { } difference ? $"{names}: {Escape(difference)}" : names;
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Readers(ProgramKinds programs) => programs switch
    {
        ProgramKinds.Pool => "zergpool",
        ProgramKinds.Zergling => "zergling",
        _ => "both",
    };
}
