using System.Globalization;
using ZergPool.Control;

namespace ZergPool.Top;

/// <summary>Numbers in few characters; what is unknown is a dash.</summary>
internal static class Figures
{
    private const double Kibi = 1024;

    /// <summary>A count.</summary>
    public static string Count(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "-";

    /// <summary>"3 connections", "1 connection".</summary>
    public static string Count(long count, string what) => Invariant($"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>Bytes.</summary>
    public static string Size(long? bytes) => bytes switch
    {
        null => "-",
        >= 10L << 30 => Invariant($"{bytes / Kibi / Kibi / Kibi:0}G"),
        >= 1L << 30 => Invariant($"{bytes / Kibi / Kibi / Kibi:0.0}G"),
        >= 1L << 20 => Invariant($"{bytes / Kibi / Kibi:0}M"),
        _ => Invariant($"{bytes / Kibi:0}K"),
    };

    /// <summary>Processor time in percent of one processor.</summary>
    public static string Percent(double? percent) => percent is null ? "-" : Invariant($"{percent:0.0}");

    /// <summary>Tenths of seconds where they matter.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds < 100
        ? Invariant($"{Math.Max(time.TotalSeconds, 0):0.0}s") : StatusTable.Age(time);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
