using System.Globalization;

namespace Zerg.StrictClient;

/// <summary>Durations as written on a command line: 500ms, 10s, 2m, 1h; a bare number is seconds.</summary>
internal static class Durations
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var (digits, seconds) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            [.., 's'] => (text[..^1], 1.0),
            [.., 'm'] => (text[..^1], 60.0),
            [.., 'h'] => (text[..^1], 3600.0),
            _ => (text, 1.0),
        };
        duration = default;
        const double Most = 30 * 24 * 3600;
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || !(count * seconds <= Most))
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(count * seconds);
        return true;
    }
}
