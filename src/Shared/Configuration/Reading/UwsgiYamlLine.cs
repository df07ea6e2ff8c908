namespace Zerg.Configuration.Reading;

/// <summary>A line of a section of uWSGI's YAML dialect.</summary>
internal readonly record struct UwsgiYamlLine(int Number, string Text)
{
    private const int Tab = 8;

    /// <summary>How far it is indented; uWSGI counts a tab as eight.</summary>
    public int Depth => Text.TakeWhile(IsBlank).Sum(c => c == '\t' ? Tab : 1);

    /// <summary>Where its content begins, in characters from 0.</summary>
    public int Start => Text.Length - Text.AsSpan().TrimStart(" \t").Length;

    /// <summary>Nothing, or nothing but a comment.</summary>
    public bool IsIdle => Start == Text.Length || Text[Start] == '#';

    public bool IsItem => Text.AsSpan(Start) is "-" or ['-', ' ' or '\t', ..];

    /// <summary>Where the colon between a name and a value is, from a character on; -1 where there is none.</summary>
    public int Colon(int start)
    {
        for (int i = start; i < Text.Length; i++)
        {
            if (Text[i] == ':' && (i + 1 == Text.Length || IsBlank(Text[i + 1])))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A text without the comment at its end: a # in a word begins none.</summary>
    public static string WithoutComment(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '#' && (i == 0 || IsBlank(text[i - 1])))
            {
                return text[..i].TrimEnd();
            }
        }

        return text.TrimEnd();
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';
}
