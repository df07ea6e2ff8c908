using System.Globalization;

namespace Zerg.Configuration;

/// <summary>A part of the workers: more than none of them, less than all.</summary>
/// <param name="Part">So many</param>
/// <param name="Whole">of so many.</param>
internal sealed record Share(int Part, int Whole)
{
    private const int Most = 1_000;

    public static Parsed<Share> Parse(string text)
    {
        string[] numbers = text.EndsWith('%') ? [text[..^1], "100"] : text.Split('/');
        return numbers is [var part, var whole]
            && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int some)
            && int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out int all)
            && some > 0 && some < all && all <= Most
                ? new Share(some, all)
                : Parsed<Share>.Failed($"'{text}' is no share of the workers, expected '1/8' or '10%'");
    }

    /// <summary>How many of so many that is: at least one, and less than all where there are several.</summary>
    public int Of(int workers)
        => Math.Max(1, Math.Min(workers - 1, (int)(((long)workers * Part + Whole - 1) / Whole)));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Part}/{Whole}");
}
