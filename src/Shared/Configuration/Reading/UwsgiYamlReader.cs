using System.Buffers;

namespace Zerg.Configuration.Reading;

/// <summary>
/// Reads the section <c>uwsgi:</c> of a YAML file. uWSGI has two readers of it which differ, its own and libyaml's;
/// wherever they do, this one takes what the more forgiving of them takes, and says what the other makes of it.
/// </summary>
internal sealed class UwsgiYamlReader
{
    public const string Section = "uwsgi";

    private const string Stops = "uWSGI's own reader stops here";

    private static readonly SearchValues<char> s_nameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly string _file;
    private readonly OptionCollector _collector;
    private readonly MagicVariables _magic;
    private readonly List<UwsgiYamlLine> _lines = [];
    private int _next;

    private UwsgiYamlReader(string file, OptionCollector collector, string askedSection)
    {
        _file = file;
        _collector = collector;
        _magic = new MagicVariables(file, collector.FirstFile ?? file, askedSection);
    }

    /// <summary>Reads the first block of a section; uWSGI does not come to a second one.</summary>
    public static void Read(string text, string file, YamlFile sections, string section, bool isAsked, OptionCollector collector)
    {
        var reader = new UwsgiYamlReader(file, collector, isAsked ? section : "");
        bool isFirst = true;
        foreach ((int start, int end, int line) in sections.Blocks(section))
        {
            if (isFirst)
            {
                reader.Read(text.AsSpan(start, end - start), line);
            }
            else
            {
                reader.Warn(line, 1, $"the section '{section}' is repeated, ignoring it as uWSGI does");
            }

            isFirst = false;
        }
    }

    private void Read(ReadOnlySpan<char> block, int number)
    {
        foreach (Range range in block.Split('\n'))
        {
            _lines.Add(new UwsgiYamlLine(number++, block[range].TrimEnd().ToString()));
        }

        UwsgiYamlLine head = _lines[_next++];
        if (UwsgiYamlLine.WithoutComment(head.Text[(head.Colon(0) + 1)..]).Trim() is { Length: > 0 } rest)
        {
            Warn(head.Number, 1, $"'{rest}' stands behind the name of the section, where no option can, ignoring");
        }

        while (Next() is { } line && line.Text is not ("---" or "..."))
        {
            _next++;
            ReadMember(line);
        }
    }

    private UwsgiYamlLine? Next()
    {
        while (_next < _lines.Count && _lines[_next].IsIdle)
        {
            _next++;
        }

        return _next < _lines.Count ? _lines[_next] : null;
    }

    private void ReadMember(UwsgiYamlLine line)
    {
        int start = line.Start;
        if (line.IsItem)
        {
            // A list of pairs: each is an option.
            start += 1 + line.Text[(start + 1)..].TakeWhile(char.IsWhiteSpace).Count();
        }

        int colon = Colon(line, start);
        if (colon < 0)
        {
            return;
        }

        string name = line.Text[start..colon].TrimEnd();
        name = name is ['"', .., '"'] or ['\'', .., '\''] ? name[1..^1] : name;
        if (name.Length == 0)
        {
            Warn(line.Number, start + 1, $"has no name before ':', ignoring; {Stops}");
            return;
        }

        string value = line.Text[(colon + 1)..].Trim();
        int column = line.Text.Length - line.Text[(colon + 1)..].TrimStart().Length + 1;
        switch (value)
        {
            case ['|' or '>'] or ['|' or '>', '+' or '-']:
                Add(name, Block(value[0], line.Depth), line.Number, column);
                break;
            case "" or ['#', ..]:
                ReadItems(name, line, start);
                break;
            case ['[', .., ']'] when !value.Contains("::", StringComparison.Ordinal):
                foreach (string item in value[1..^1].Split(','))
                {
                    Add(name, Unquote(item.Trim(), name, line.Number, column), line.Number, column, isItem: true);
                }

                break;
            case ['"' or '\'', ..]:
                Add(name, Unquote(value, name, line.Number, column), line.Number, column);
                break;
            default:
                Add(name, Plain(value, line.Depth), line.Number, column);
                break;
        }
    }

    private int Colon(UwsgiYamlLine line, int start)
    {
        int colon = line.Colon(start);
        if (colon >= 0)
        {
            return colon;
        }

        int tight = line.Text.IndexOf(':', start);
        if (tight > start && IsName(line.Text.AsSpan(start, tight - start)))
        {
            Warn(line.Number, tight + 1, $"has no blank behind the colon; {Stops}");
            return tight;
        }

        Warn(line.Number, start + 1, $"'{line.Text[start..]}' is no 'option: value', ignoring; {Stops}");
        return -1;
    }

    // The values of a list below, or nothing at all.
    private void ReadItems(string name, UwsgiYamlLine line, int start)
    {
        bool hasItems = false;
        while (Next() is { IsItem: true } item && item.Depth >= line.Depth && item.Colon(0) < 0)
        {
            _next++;
            string value = item.Text[(item.Start + 1)..].TrimStart();
            int column = item.Text.Length - value.Length + 1;
            Add(name, Unquote(value, name, item.Number, column), item.Number, column, isItem: true);
            hasItems = true;
        }

        if (!hasItems)
        {
            Warn(line.Number, start + 1, "has no value and so is switched on here; uWSGI passes over it, or stops here", name);
            Add(name, "", line.Number, start + 1);
        }
    }

    // A plain value goes on in deeper lines that are no options, which only libyaml knows.
    private string Plain(string value, int depth)
    {
        List<string> parts = [UwsgiYamlLine.WithoutComment(value)];
        while (Next() is { IsItem: false } line && line.Depth > depth && line.Colon(0) < 0)
        {
            _next++;
            parts.Add(UwsgiYamlLine.WithoutComment(line.Text).Trim());
        }

        return string.Join(' ', parts);
    }

    private string Block(char mark, int depth)
    {
        var lines = new List<string>();
        while (_next < _lines.Count && (_lines[_next].Depth > depth || _lines[_next].Text.Length == 0))
        {
            lines.Add(_lines[_next++].Text);
        }

        int indent = lines.Where(line => line.Length > 0).Select(line => new UwsgiYamlLine(0, line).Start).FirstOrDefault();
        return string.Join(mark == '|' ? '\n' : ' ', lines.Select(line => line[Math.Min(indent, line.Length)..])).TrimEnd();
    }

    private string Unquote(string value, string name, int number, int column)
    {
        if (value is not ['"' or '\'', ..])
        {
            return UwsgiYamlLine.WithoutComment(value);
        }

        string? text = QuotedText.Read(value);
        Warn(
            number, column,
            text is null
                ? "the quotes stay in the value, since they do not surround it"
                : "the quotes are left out, as libyaml does; uWSGI's own reader keeps them in the value",
            name);
        return text ?? UwsgiYamlLine.WithoutComment(value);
    }

    private void Add(string name, string value, int number, int column, bool isItem = false) =>
        _collector.Add(new Option(_magic.Fill(name), _magic.Fill(value), new SourcePosition(_file, number, column))
        {
            IsLoose = true,

            // An item is a repetition to uWSGI; only a command is made of several.
            IsItem = isItem && Vocabulary.Find(name)?.Kind == ValueKind.Command,
        });

    private void Warn(int number, int column, string message, string? option = null) =>
        _collector.Problems.Add(Problem.Warning(new SourcePosition(_file, number, column), option, message));

    private static bool IsName(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept(s_nameCharacters);
}
