using System.Globalization;

namespace Zerg.Configuration;

/// <summary>Sizes as a user writes them: a number of bytes, or one with KiB or MiB after it.</summary>
internal static class FileSize
{
    private const long KiB = 1024;
    private const long MiB = 1024 * KiB;

    /// <summary>Reads one between two limits.</summary>
    public static Func<string, Parsed<long>> Between(long min, long max) => text =>
    {
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        return Unit(text[digits..]) is { } unit
            && long.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && count <= max / unit && count * unit >= min
                ? count * unit
                : Parsed<long>.Failed($"'{text}' is no size of {Format(min)} to {Format(max)}, such as '64KiB' or '1MiB'");
    };

    public static string Format(long bytes) =>
        bytes % MiB == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / MiB}MiB")
        : bytes % KiB == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / KiB}KiB")
        : bytes.ToString(CultureInfo.InvariantCulture);

    private static long? Unit(string text) => text switch
    {
        "" => 1,
        "KiB" => KiB,
        "MiB" => MiB,
        _ => null,
    };
}
