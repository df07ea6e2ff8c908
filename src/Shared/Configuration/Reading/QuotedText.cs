using System.Text;

namespace Zerg.Configuration.Reading;

/// <summary>A value in quotes as YAML has them, on one line.</summary>
internal static class QuotedText
{
    /// <summary>Takes the quotes off.</summary>
    /// <returns>The text between them, or null when they are not closed or something else follows them.</returns>
    public static string? Read(string value)
    {
        char quote = value[0];
        var text = new StringBuilder();
        int i = 1;
        while (i < value.Length)
        {
            if (value[i] == quote && (quote == '"' || i + 1 == value.Length || value[i + 1] != quote))
            {
                return UwsgiYamlLine.WithoutComment(value[(i + 1)..]).Length == 0 ? text.ToString() : null;
            }

            // '' is one ', and \ makes the next character plain between ".
            i += value[i] == quote || (quote == '"' && value[i] == '\\' && i + 1 < value.Length) ? 1 : 0;
            text.Append(value[i++]);
        }

        return null;
    }
}
