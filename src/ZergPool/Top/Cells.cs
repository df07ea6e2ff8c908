using System.Globalization;
using System.Text;

namespace ZergPool.Top;

/// <summary>Text as cells of a terminal: whatever a zergling put into it, it is one line and steers nothing.</summary>
internal static class Cells
{
    /// <summary>The text with a question mark for each character that has no cell of its own.</summary>
    public static string Safe(string text)
    {
        if (text.All(one => one is >= ' ' and <= '~'))
            return text;
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            safe.Append(IsVisible(rune) ? rune.ToString() : "?");
        return safe.ToString();
    }

    /// <summary>How many cells a safe text takes.</summary>
    public static int Width(string text) => text.EnumerateRunes().Sum(Width);

    /// <summary>The safe text in no more cells than these; a tilde stands for what is cut off.</summary>
    public static string Cut(string text, int width)
    {
        var safe = Safe(text);
        if (Width(safe) <= width)
            return safe;
        var cut = new StringBuilder();
        var rest = width - 1;
        foreach (var rune in safe.EnumerateRunes())
        {
            rest -= Width(rune);
            if (rest < 0)
                break;
            cut.Append(rune);
        }

        return width > 0 ? cut.Append('~').ToString() : "";
    }

    /// <summary>The safe text in exactly these cells.</summary>
    public static string Fit(string text, int width, bool toTheRight = false)
    {
        var cut = Cut(text, width);
        var blanks = new string(' ', Math.Max(width - Width(cut), 0));
        return toTheRight ? blanks + cut : cut + blanks;
    }

    // Marks join the character before them, and formats turn the direction of what follows.
    private static bool IsVisible(Rune rune) => rune.Value == ' '
        || (rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark));

    // East Asian scripts and emoji: UAX #11, by blocks.
    private static int Width(Rune rune) => rune.Value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf)
        or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f)
        or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6) or (>= 0x1f300 and <= 0x1faff)
        or (>= 0x20000 and <= 0x3fffd) ? 2 : 1;
}
