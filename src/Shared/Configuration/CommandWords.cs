using System.Text;

namespace Zerg.Configuration;

/// <summary>Splits a command as a POSIX shell splits it into words; nothing in it is expanded.</summary>
internal static class CommandWords
{
    public static Parsed<string[]> Split(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is ' ' or '\t' or '\n' or '\r')
            {
                Flush();
                continue;
            }

            word ??= new StringBuilder();
            if (c == '\\')
            {
                if (++i == text.Length)
                {
                    return Parsed<string[]>.Failed("ends in a backslash that quotes nothing");
                }

                // A quoted line end joins two lines.
                _ = text[i] == '\n' ? word : word.Append(text[i]);
            }
            else if (c is '\'' or '"')
            {
                int start = i;
                i = c == '"' ? DoubleQuoted(text, i + 1, word) : SingleQuoted(text, i + 1, word);
                if (i == text.Length)
                {
                    return Parsed<string[]>.Failed($"the quote {c} at character {start + 1} is not closed");
                }
            }
            else
            {
                word.Append(c);
            }
        }

        Flush();
        return words.Count > 0 ? words.ToArray() : Parsed<string[]>.Failed("has no words");

        void Flush()
        {
            if (word is not null)
            {
                words.Add(word.ToString());
                word = null;
            }
        }
    }

    /// <summary>Joins words so that <see cref="Split"/> gives them back.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "%+,-./:=@_".Contains(c))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // Both return the place of the closing quote, or the text's length when there is none.
    private static int SingleQuoted(string text, int i, StringBuilder word)
    {
        int end = text.IndexOf('\'', i);
        word.Append(text, i, (end < 0 ? text.Length : end) - i);
        return end < 0 ? text.Length : end;
    }

    private static int DoubleQuoted(string text, int i, StringBuilder word)
    {
        for (; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && "$`\"\\\n".Contains(text[i + 1]))
            {
                i++;
                if (text[i] == '\n')
                {
                    continue;
                }
            }

            word.Append(text[i]);
        }

        return i;
    }
}
