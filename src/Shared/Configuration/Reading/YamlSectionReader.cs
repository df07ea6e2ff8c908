using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Zerg.Configuration.Reading;

/// <summary>Walks the events of one YAML text and collects the options of the section.</summary>
internal sealed class YamlSectionReader(string content, string file, string section, OptionCollector collector)
{
    private readonly YamlCursor _cursor = new(content);
    private readonly Dictionary<string, SourcePosition> _seen = [];
    private readonly (int Line, int Column) _end = YamlSyntax.End(content);
    private bool _found;

    private ParsingEvent Current => _cursor.Current;

    /// <summary>Throws <see cref="YamlException"/> where the text is no YAML.</summary>
    public void Read()
    {
        int documents = 0;
        _cursor.Next();
        while (_cursor.Next() is DocumentStart start)
        {
            if (documents++ > 0)
            {
                Error(At(start), "a second document begins here, expected one");
                return;
            }

            _cursor.Next();
            ReadDocument();
            _cursor.Next();
        }

        if (!_found)
        {
            string others = section == StrictYamlReader.Section ? $" or '{UwsgiYamlReader.Section}:'" : "";
            Error(SourcePosition.Whole(file), $"has no section '{section}:'{others}");
        }
    }

    private void ReadDocument()
    {
        if (Current is not MappingStart)
        {
            if (!IsNull(Current))
            {
                Error(At(Current), "expected sections as 'name:' with their options below");
            }

            _cursor.Skip();
            return;
        }

        while (_cursor.Next() is not MappingEnd)
        {
            bool isSection = Current is Scalar scalar && scalar.Value == section;
            SourcePosition position = At(Current);
            _cursor.Skip();
            _cursor.Next();
            if (!isSection)
            {
                _cursor.Skip();
            }
            else if (_found)
            {
                Error(position, $"the section '{section}' is repeated");
                _cursor.Skip();
            }
            else
            {
                _found = true;
                ReadSection();
            }
        }
    }

    private void ReadSection()
    {
        if (Current is not MappingStart)
        {
            if (!IsNull(Current))
            {
                Error(At(Current), $"the section '{section}' is no list of 'option: value' lines");
            }

            _cursor.Skip();
            return;
        }

        IsPlain(Current, null);
        while (_cursor.Next() is not MappingEnd)
        {
            ReadOption();
        }
    }

    private void ReadOption()
    {
        string? name = Key(_seen, null);
        SourcePosition position = At(Current);
        _cursor.Skip();
        _cursor.Next();
        if (name is null || !IsPlain(Current, name))
        {
            _cursor.Skip();
            return;
        }

        switch (Current)
        {
            case Scalar scalar:
                Add(name, Text(scalar), IsNull(scalar) ? position : At(scalar), isItem: false);
                break;
            case SequenceStart:
                ReadItems(name);
                break;
            case MappingStart when Vocabulary.Find(name)?.Kind == ValueKind.Environment:
                ReadVariables(name);
                break;
            default:
                Error(At(Current), "takes no 'name: value' pairs", name);
                _cursor.Skip();
                break;
        }
    }

    private void ReadItems(string name)
    {
        while (_cursor.Next() is not SequenceEnd)
        {
            if (IsPlain(Current, name) && Current is Scalar scalar)
            {
                Add(name, Text(scalar), At(scalar), isItem: true);
            }
            else if (Current is not (Scalar or AnchorAlias))
            {
                Error(At(Current), "takes a list of plain values, not one inside another", name);
            }

            _cursor.Skip();
        }
    }

    private void ReadVariables(string name)
    {
        var seen = new Dictionary<string, SourcePosition>();
        while (_cursor.Next() is not MappingEnd)
        {
            string? key = Key(seen, name);
            SourcePosition position = At(Current);
            _cursor.Skip();
            _cursor.Next();
            if (key is not null && IsPlain(Current, name) && Current is Scalar scalar)
            {
                Add(name, $"{key}={Text(scalar)}", position, isItem: true);
            }
            else if (key is not null && Current is not (Scalar or AnchorAlias))
            {
                Error(At(Current), $"the value of '{key}' is no plain text", name);
            }

            _cursor.Skip();
        }
    }

    private string? Key(Dictionary<string, SourcePosition> seen, string? option)
    {
        if (!IsPlain(Current, option))
        {
            return null;
        }

        if (Current is not Scalar { Value.Length: > 0 } key)
        {
            Error(At(Current), "expected a name before ':'", option);
            return null;
        }

        if (seen.TryAdd(key.Value, At(key)))
        {
            return key.Value;
        }

        bool canBeList = option is null && Vocabulary.Find(key.Value) is { Repeatable: true };
        Error(
            At(key),
            $"is repeated, first at line {seen[key.Value].Line}{(canBeList ? ", give one list instead" : "")}",
            option ?? key.Value);
        return null;
    }

    // As it stands: what uWSGI would do with it while it reads is none of this section's business.
    private void Add(string name, string value, SourcePosition position, bool isItem) =>
        collector.Append(new Option(name, value, position) { IsItem = isItem });

    // What one name stands for must be read where it stands.
    private bool IsPlain(ParsingEvent node, string? option)
    {
        string? error = node switch
        {
            AnchorAlias alias => $"'*{alias.Value}' is an alias of YAML, quote a value that begins with *",
            NodeEvent { Anchor.IsEmpty: false } => "has an anchor of YAML, quote a value that begins with &",
            NodeEvent { Tag.IsEmpty: false } => "has a tag of YAML, quote a value that begins with !",
            _ => null,
        };
        if (error is not null)
        {
            Error(At(node), error, option);
        }

        return error is null;
    }

    private static bool IsNull(ParsingEvent node) =>
        node is Scalar { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" };

    private static string Text(Scalar scalar) => IsNull(scalar) ? "" : scalar.Value;

    private SourcePosition At(ParsingEvent node)
    {
        (int line, int column) = YamlSyntax.Place(node.Start, _end);
        return new SourcePosition(file, line, column);
    }

    private void Error(SourcePosition position, string message, string? option = null) =>
        collector.Problems.Add(Problem.Error(position, option, message));
}
