using System.Globalization;
using System.Text;
using Zerg.Protocol;

namespace Zerg;

/// <summary>
/// What a release may be called. The label is an argument of launchers, a variable of commands and a word in logs and on
/// terminals, so it can be neither an option nor anything that is not seen.
/// </summary>
internal static class LabelRule
{
    /// <summary>In UTF-16 units: what a frame holds of a text.</summary>
    public const int MaxLength = FrameText.MaxText;

    private const string Marks = "._+:@~-";

    /// <summary>Why a text is no label; null when it is one.</summary>
    public static string? WhyNot(string text) =>
        text.Length == 0 ? "is empty"
        : text.Length > MaxLength ? $"is too long, expected at most {MaxLength} characters"
        : text[0] == '-' ? $"'{OneLine.Of(text)}' begins with '-' like an option"
        : text.EnumerateRunes().Any(IsUnseen) ? $"'{OneLine.Of(text)}' has characters that cannot be shown"
        : null;

    /// <summary>
    /// The same for one chosen by a user with fewer rights than the program: a script may make a path or a word of a
    /// command line of it, which is to name nothing but what the script's author put there.
    /// </summary>
    public static string? WhyNotOfOther(string text) => WhyNot(text)
        ?? (text[0] == '.' ? $"'{text}' begins with '.'"
            : text.All(c => char.IsAsciiLetterOrDigit(c) || Marks.Contains(c)) ? null
            : $"'{text}' has other characters than letters, digits and {Marks}");

    // Half a surrogate pair reads as U+FFFD here.
    private static bool IsUnseen(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
