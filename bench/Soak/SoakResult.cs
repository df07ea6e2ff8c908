using System.Globalization;
using System.Text;
using Zerg.StrictClient;

namespace Zerg.Soak;

/// <param name="Time">How long it took.</param>
/// <param name="Reports">What each kind of client got.</param>
/// <param name="Growths">What the pool took.</param>
/// <param name="Looks">How often it was looked at.</param>
internal sealed record SoakResult(
    TimeSpan Time, IReadOnlyList<(string Name, LoadReport Report)> Reports, IReadOnlyList<Growth> Growths, int Looks)
{
    /// <summary>What has grown, in words; empty when nothing has.</summary>
    public IEnumerable<string> Problems => Growths.Where(one => one.IsGrowing).Select(one => string.Create(
        CultureInfo.InvariantCulture, $"{one.Name} grew from {one.First} to {one.Last}; {one.Allowed} is noise"));

    public override string ToString()
    {
        var text = new StringBuilder();
        Row(text, "clients", "requests", "lost", "p99, ms", "longest gap, ms");
        foreach (var (name, report) in Reports)
        {
            Row(
                text, name, $"{report.Requests}", $"{report.Lost}", Figure(report.Latency.P99),
                Figure(Math.Max(report.LongestStallInWindowsMs, report.LongestStallOutsideMs)));
        }

        text.AppendLine();
        Row(text, $"the pool, {Looks} looks", "first third", "last third", "most", "noise");
        foreach (var one in Growths)
            Row(text, one.Name, Figure(one.First), Figure(one.Last), Figure(one.Most), Figure(one.Allowed));
        return text.ToString();
    }

    private static string Figure(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static void Row(StringBuilder text, string name, params string[] cells) => text.Append(name.PadRight(44))
        .AppendJoin("", cells.Select(cell => cell.PadLeft(17))).AppendLine();
}
