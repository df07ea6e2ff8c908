using System.Text;

namespace Zerg.Configuration.Reading;

/// <summary>
/// The sections of a YAML text by their lines. A section begins where a name with a colon stands at the very left;
/// so one that is no YAML, as uWSGI allows, does not keep the others from being read, nor do thousands of lines.
/// </summary>
internal sealed class YamlFile
{
    private readonly string _text;
    private readonly List<(string Name, int Start, int Line)> _heads = [];

    public YamlFile(string text)
    {
        _text = text;
        for (int start = 0, line = 1; start < text.Length; line++)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            if (Name(text.AsSpan(start, end - start)) is { } name)
            {
                _heads.Add((name, start, line));
            }

            start = end + 1;
        }
    }

    public bool Has(string section) => _heads.Exists(head => head.Name == section);

    /// <summary>Where each block of a section begins and ends, its head's line included, and the number of that line.</summary>
    public IEnumerable<(int Start, int End, int Line)> Blocks(string section)
    {
        for (int i = 0; i < _heads.Count; i++)
        {
            if (_heads[i].Name == section)
            {
                yield return (_heads[i].Start, i + 1 < _heads.Count ? _heads[i + 1].Start : _text.Length, _heads[i].Line);
            }
        }
    }

    /// <summary>The text with the lines of every other section empty, so that positions stay as they are.</summary>
    public string Only(string section)
    {
        // What stands before the first section, a comment or a marker of YAML, belongs to the file.
        int copied = _heads.Count > 0 ? _heads[0].Start : _text.Length;
        var only = new StringBuilder(_text, 0, copied, _text.Length);
        foreach ((int start, int end, _) in Blocks(section))
        {
            only.Append('\n', _text.AsSpan(copied, start - copied).Count('\n')).Append(_text, start, end - start);
            copied = end;
        }

        return only.ToString();
    }

    private static string? Name(ReadOnlySpan<char> line)
    {
        if (line is not [var first, ..] || !(char.IsAsciiLetterOrDigit(first) || first is '_' or '"' or '\''))
        {
            return null;
        }

        int colon = line.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? default : line[..colon].TrimEnd();
        if (name.IsEmpty || (colon + 1 < line.Length && line[colon + 1] is not (' ' or '\t' or '\r')))
        {
            return null;
        }

        return (name is ['"', .., '"'] or ['\'', .., '\''] ? name[1..^1] : name).ToString();
    }
}
