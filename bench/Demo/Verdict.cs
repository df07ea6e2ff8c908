using Zerg.StrictClient;

namespace Zerg.Demo;

/// <summary>What the show came to.</summary>
internal sealed record Verdict(IReadOnlyList<LoadReport> Reports, int HandOvers, IReadOnlyList<string> Problems)
{
    private const int MaxLosses = 10;

    public long Requests => Reports.Sum(report => report.Requests);

    public long Lost => Reports.Sum(report => report.Lost);

    public int ExitCode => Lost == 0 && Problems.Count == 0 ? 0 : 1;

    public string LastLine => $"{Lost} lost of {Requests} requests over {HandOvers} hand-overs";

    /// <summary>What is to be said before the last line.</summary>
    public IEnumerable<string> Details()
    {
        foreach (var problem in Problems)
            yield return $"problem: {problem}";
        foreach (var (report, loss) in Reports.SelectMany(report => report.FirstLosses.Select(loss => (report, loss)))
            .OrderBy(pair => pair.loss.AtSeconds).Take(MaxLosses))
        {
            yield return $"lost: {report.Mode} at {loss.AtSeconds:0.000} s, port {loss.LocalPort}: {loss.Kind} in "
                + $"{loss.Phase}: {loss.Detail}";
        }

        if (Reports.Count > 0 && Reports[0].Latency is { } latency)
        {
            yield return $"latency of the paced load, from the intended start: p50 {latency.P50:0.0}, "
                + $"p99 {latency.P99:0.0}, p99.9 {latency.P999:0.0}, max {latency.Max:0.0} ms";
        }
    }
}
