using YamlDotNet.Core;

namespace Zerg.Configuration.Reading;

/// <summary>Says what the YAML parser found wrong, and where a user will look for it.</summary>
internal static class YamlSyntax
{
    public static Problem ToProblem(YamlException e, string content, string file)
    {
        // The parser gives the start of the mapping for a tab anywhere in it.
        (int line, int column) = e.Message.Contains("tab", StringComparison.Ordinal)
            && FindTab(content, (int)e.Start.Line) is { } tab
                ? tab
                : Place(e.Start, End(content));
        string message = $"no valid YAML: {Message(e)}{Hint(e, content)}";
        return Problem.Error(new SourcePosition(file, line, column), null, message);
    }

    private static string Message(YamlException e)
    {
        string message = e.Message.TrimEnd('.');
        return message.Length == 0 ? "syntax error" : char.ToLowerInvariant(message[0]) + message[1..];
    }

    private static string Hint(YamlException e, string content)
    {
        int index = (int)e.Start.Index;
        if (index < 0 || index >= content.Length)
        {
            return "";
        }

        // An IPv6 address looks like a list with something behind it.
        char first = content[..index].EndsWith("]:", StringComparison.Ordinal) ? '[' : content[index];
        return first is '@' or '`' or '%' or '[' ? $"; a value that begins with {first} must be quoted" : "";
    }

    /// <summary>A place of the parser, which is one line further than there are when the last one has no end.</summary>
    public static (int Line, int Column) Place(Mark mark, (int Line, int Column) end) =>
        mark.Line > end.Line ? end : ((int)mark.Line, (int)mark.Column);

    /// <summary>The last place of a text.</summary>
    public static (int Line, int Column) End(string content) =>
        (content.AsSpan().Count('\n') + 1, content.Length - content.LastIndexOf('\n'));

    private static (int Line, int Column)? FindTab(string content, int fromLine)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in content.AsSpan().EnumerateLines())
        {
            int tab = line.IndexOf('\t');
            if (++number >= fromLine && tab >= 0 && line[..tab].Trim(' ').IsEmpty)
            {
                return (number, tab + 1);
            }
        }

        return null;
    }
}
