using System.Globalization;
using System.Text;

namespace Zerg;

/// <summary>Text that a peer or a file chose, as it can be shown: on one line, and no longer than is bearable.</summary>
internal static class OneLine
{
    /// <summary>The text with what would end the line or confuse a terminal spelled out.</summary>
    public static string Of(string text, int most = int.MaxValue)
    {
        if (text.Length <= most && !text.Any(Breaks))
            return text;
        var line = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= most)
                return line.Append("...").ToString();
            if (rune.IsBmp && Breaks((char)rune.Value))
                line.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
            else
                line.Append(rune);
        }

        return line.ToString();
    }

    /// <summary>Whether a character cannot stand in a line.</summary>
    public static bool Breaks(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
