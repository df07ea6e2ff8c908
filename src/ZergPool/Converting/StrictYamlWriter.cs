using System.Text;
using Zerg;
using Zerg.Configuration;

namespace ZergPool.Converting;

/// <summary>Writes a configuration as the section <c>zerg:</c>; what no program reads becomes a comment.</summary>
internal sealed class StrictYamlWriter(LoadedConfiguration loaded)
{
    private const string Indent = "  ";
    private const string ItemIndent = "    ";

    private readonly SourceComments _comments = new();
    private readonly Dictionary<Option, IgnoredOption> _ignored =
        new(loaded.Ignored.Select(one => KeyValuePair.Create(one.Option, one)), ReferenceEqualityComparer.Instance);

    private readonly StringBuilder _text = new("zerg:\n");

    public string Write()
    {
        var written = new HashSet<string>();
        foreach (Option option in loaded.Options)
        {
            // Of its address it says that nobody is to bind it.
            if (_ignored.TryGetValue(option, out IgnoredOption? ignored) && option.Name != SocketTable.Redirecting)
            {
                WriteIgnored(ignored);
            }
            else if (written.Add(option.Name))
            {
                WriteOption(option.Name);
            }
        }

        return _text.ToString();
    }

    private void WriteIgnored(IgnoredOption ignored)
    {
        // What has filled its placeholders is in the values already.
        if (ignored.Verdict == Verdict.Variable)
        {
            return;
        }

        WriteAbove(ignored.Option);
        string said = OneLine.Of($"{ignored.Option.Name}: {ignored.Option.Value.ReplaceLineEndings(" ")}");
        _text.Append($"{Indent}# {said}  # {Words(ignored.Verdict)}: {ignored.Why}\n");
    }

    private void WriteOption(string name)
    {
        IReadOnlyList<Option> all = loaded.Options.All(name);
        bool isList = Vocabulary.Find(name)?.Repeatable != false || all[^1].IsItem;
        bool isCommand = Vocabulary.Find(name)?.Kind == ValueKind.Command;
        List<Option> values = !isList ? [all[^1]]
            : isCommand ? [.. all.Where(one => one.IsItem && one.Position.File == all[^1].Position.File)]
            : [.. all];
        if (!isList || (values.Count == 1 && !isCommand))
        {
            WriteAbove(values[0]);
            string value = values[0].Value.Length == 0 ? "" : $" {Scalar(values[0].Value)}";
            _text.Append($"{Indent}{name}:{value}{Behind(values[0])}\n");
            return;
        }

        WriteAbove(values[0]);
        _text.Append($"{Indent}{name}:\n");
        foreach (Option option in values)
        {
            if (!ReferenceEquals(option, values[0]))
            {
                WriteAbove(option, ItemIndent);
            }

            _text.Append($"{ItemIndent}- {Scalar(option.Value)}{Behind(option)}\n");
        }
    }

    private void WriteAbove(Option option, string indent = Indent)
    {
        foreach (string comment in _comments.Above(option.Position))
        {
            _text.Append(comment.Length == 0 ? $"{indent}#\n" : $"{indent}# {comment}\n");
        }
    }

    private string Behind(Option option) => _comments.Behind(option.Position) is { } comment ? $"  # {comment}" : "";

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.NoMeaning => "nothing to do",
        Verdict.NotSupported => "not supported",
        _ => "unknown",
    };

    // Plain where YAML cannot take it for anything else; in single quotes where it could, and escaped where it must.
    private static string Scalar(string value) =>
        value.Any(NeedsEscape) ? Escaped(value)
        : IsPlain(value) ? value
        : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static bool IsPlain(string value) =>
        value.Length > 0 && (char.IsAsciiLetterOrDigit(value[0]) || value[0] is '/' or '.' or '=' or '_')
        && !value.Contains(": ", StringComparison.Ordinal) && !value.Contains(" #", StringComparison.Ordinal)
        && value[^1] is not (':' or ' ') && value is not ("null" or "Null" or "NULL");

    private static bool NeedsEscape(char c) => OneLine.Breaks(c) || c is '\uFEFF';

    private static string Escaped(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            text.Append(c is '"' or '\\' ? $"\\{c}" : NeedsEscape(c) ? $"\\u{(int)c:x4}" : c.ToString());
        }

        return text.Append('"').ToString();
    }
}
