using System.Globalization;

namespace Zerg.Configuration;

/// <summary>Lengths of time as a user writes them: a number with ms, s, m, h or d; a plain number is seconds.</summary>
internal static class Duration
{
    private const string Forms = "expected a duration such as '5', '5s', '500ms', '2m' or '1h'";

    // Timers of the runtime end at 49 days; no option of ours makes sense beyond a week.
    private static readonly TimeSpan s_max = TimeSpan.FromDays(7);

    public static Parsed<TimeSpan> Parse(string text)
    {
        int digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits == 0 || Unit(text[digits..]) is not { } unit)
        {
            return Parsed<TimeSpan>.Failed($"'{text}' is no duration, {Forms}");
        }

        return long.TryParse(text[..digits], CultureInfo.InvariantCulture, out long count)
            && count <= s_max.Ticks / unit.Ticks
                ? unit * count
                : Parsed<TimeSpan>.Failed($"'{text}' is too long, expected at most {Format(s_max)}");
    }

    public static string Format(TimeSpan time) =>
        time.Ticks % TimeSpan.TicksPerSecond != 0 ? Text(time.TotalMilliseconds, "ms")
        : time.Ticks == 0 || time.Ticks % TimeSpan.TicksPerMinute != 0 ? Text(time.TotalSeconds, "s")
        : time.Ticks % TimeSpan.TicksPerHour != 0 ? Text(time.TotalMinutes, "m")
        : time.Ticks % TimeSpan.TicksPerDay != 0 ? Text(time.TotalHours, "h")
        : Text(time.TotalDays, "d");

    private static string Text(double count, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");

    private static TimeSpan? Unit(string text) => text switch
    {
        "" or "s" => TimeSpan.FromSeconds(1),
        "ms" => TimeSpan.FromMilliseconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        "d" => TimeSpan.FromDays(1),
        _ => null,
    };
}
