using System.Globalization;
using System.Text;
using ZergPool.Handover;

namespace ZergPool.Control;

/// <summary>Hand-overs that are over, for people.</summary>
internal static class HistoryTable
{
    /// <summary>One after the other, with the time of day.</summary>
    public static string Render(IEnumerable<HistoryStatus> history)
    {
        var text = new StringBuilder();
        foreach (var one in history)
        {
            text.Append(CultureInfo.InvariantCulture, $"{one.Started.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {one.Outcome,-11} ")
                .Append(CultureInfo.InvariantCulture, $"{one.Seconds,8:0.000} s  ")
                .Append(CultureInfo.InvariantCulture, $"{StatusTable.Safe(ReleaseText.Of(one.Release))}");
            if (one.To > 0)
                text.Append(CultureInfo.InvariantCulture, $" {(one.IsForcedOut ? "of" : "to")} zergling {one.To}");
            if (one.From.Count > 0)
                text.Append(" from ").AppendJoin(", ", one.From);
            if (one.Pool is not null)
                text.Append(" of ").Append(one.Pool);
            if (one.Reason.Length > 0)
                text.Append(": ").Append(StatusTable.Safe(one.Reason));
            text.Append('\n');
            foreach (var line in one.Output)
                text.Append("    | ").Append(StatusTable.Safe(line)).Append('\n');
        }

        return text.ToString();
    }
}
