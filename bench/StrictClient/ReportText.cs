using System.Globalization;
using System.Text;

namespace Zerg.StrictClient;

/// <summary>A report for reading.</summary>
internal static class ReportText
{
    public static string Write(LoadReport report)
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
        Line($"requests    {report.Requests} in {report.DurationSeconds:0.0} s, {report.RequestsPerSecond:0} a second");
        Line($"ok          {report.Ok}");
        Line($"lost        {report.Lost}{Details(report.Losses)}");
        if (report.Windows.Count > 0)
        {
            Line($"  in        {report.LossesInWindows.Values.Sum()}{Details(report.LossesInWindows)}");
            Line($"  outside   {report.LossesOutside.Values.Sum()}{Details(report.LossesOutside)}");
        }

        Line($"connections {report.ConnectionsOpened} opened, {report.Reconnects} ended with notice");
        Line($"idle        {report.IdleCloses} closed, {report.IdleResets} reset before a request was sent");
        if (report.Unanswered + report.Unsent > 0)
            Line($"left        {report.Unanswered} unanswered at a close, {report.Unsent} never sent");
        if (report.Unmeasured > 0)
            Line($"unmeasured  {report.Unmeasured} bodies that only the end of the connection ended");
        Line($"statuses   {Details(report.Statuses)}");
        Line($"releases   {Details(report.Releases)}");
        Line($"latency ms       p50      p90      p99    p99.9      max");
        Line($"  all       {Row(report.Latency)}");
        if (report.Windows.Count > 0)
        {
            Line($"  in        {Row(report.LatencyInWindows)}");
            Line($"  outside   {Row(report.LatencyOutside)}");
            Line($"stall in    {report.LongestStallInWindowsMs:0.0} ms");
        }

        Line($"stall       {report.LongestStallOutsideMs:0.0} ms");
        foreach (var loss in report.FirstLosses)
            Line($"loss {loss.AtSeconds,8:0.000} s port {loss.LocalPort,5} {loss.Kind} in {loss.Phase}: {loss.Detail}");
        return text.ToString();
    }

    private static string Details<TKey>(IReadOnlyDictionary<TKey, long> counts) =>
        string.Concat(counts.Select(pair => string.Create(CultureInfo.InvariantCulture, $" {pair.Key}: {pair.Value}")));

    private static string Row(LatencySummary row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{row.P50,8:0.00} {row.P90,8:0.00} {row.P99,8:0.00} {row.P999,8:0.00} {row.Max,8:0.00}");
}
