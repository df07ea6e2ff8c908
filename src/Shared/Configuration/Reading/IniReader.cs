namespace Zerg.Configuration.Reading;

/// <summary>
/// Reads sections of an INI file as uWSGI does: <c>name = value</c> split at the first =, both trimmed; a line without =
/// is an option without a value; comments are whole lines that begin with ; or #; nothing is quoted or escaped.
/// </summary>
internal sealed class IniReader(string text, string file, OptionCollector collector)
{
    private static readonly string[] s_sections = ["uwsgi", "zerg"];

    public void Read(string? asked)
    {
        var magic = new MagicVariables(file, collector.FirstFile ?? file, asked ?? "");
        bool found = false;
        foreach (string section in asked is null ? s_sections : [asked])
        {
            found |= Read(section, magic);
        }

        if (!found)
        {
            collector.Error(
                SourcePosition.Whole(file), null,
                asked is null ? "has no section '[uwsgi]' or '[zerg]'" : $"has no section '[{asked}]'");
        }
    }

    private bool Read(string section, MagicVariables magic)
    {
        bool found = false;
        bool isInside = false;
        int number = 0;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range);
            number++;
            ReadOnlySpan<char> content = line.Trim();
            if (content is ['[', ..])
            {
                isInside = content.TrimStart('[').TrimEnd(']').Trim().SequenceEqual(section);
                found |= isInside;
                if (isInside && content is not [.., ']'])
                {
                    Warn(number, $"'{content}' has no closing ']'");
                }
            }
            else if (isInside && content is [not (';' or '#'), ..])
            {
                ReadOption(line, number, magic);
            }
        }

        return found;
    }

    private void ReadOption(ReadOnlySpan<char> line, int number, MagicVariables magic)
    {
        int equals = line.IndexOf('=');
        string name = magic.Fill((equals < 0 ? line : line[..equals]).Trim().ToString());
        ReadOnlySpan<char> value = equals < 0 ? default : line[(equals + 1)..].Trim();
        if (name.Length == 0)
        {
            Warn(number, "has no name before '=', ignoring");
            return;
        }

        int column = value.IsEmpty
            ? line.Length - line.TrimStart().Length
            : equals + 1 + line[(equals + 1)..].IndexOf(value, StringComparison.Ordinal);
        collector.Add(new Option(name, magic.Fill(value.ToString()), new SourcePosition(file, number, column + 1))
        {
            IsLoose = true,
        });
    }

    private void Warn(int number, string message) =>
        collector.Problems.Add(Problem.Warning(new SourcePosition(file, number, 1), null, message));
}
