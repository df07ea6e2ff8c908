using Zerg;
using Zerg.Configuration;

namespace ZergPool.Handover;

/// <summary>What a new release is watched for, and whether what it has answered is good enough.</summary>
/// <param name="Terms">What has to be so: option <c>watch</c>.</param>
/// <param name="Requests">Responses without which a term decides nothing: <c>watch-requests</c>.</param>
internal sealed record ReleaseWatch(IReadOnlyList<WatchTerm> Terms, int Requests)
{
    public static ReleaseWatch Nothing { get; } = new([], 1);

    public bool IsOn => Terms.Count > 0;

    /// <summary>Each term by itself.</summary>
    public IEnumerable<TermVerdict> Judge(ZergResponses seen) => Terms.Select(term => term switch
    {
        WatchTerm.Share share => Judge(
            term, seen.All(), seen.All() == 0 ? null : 100.0 * seen.Classes[share.Class - 1] / seen.All(),
            share.Percent),
        WatchTerm.Latency latency => Judge(
            term, seen.Timed(), seen.Quantile(latency.Percentile / 100), latency.Time.TotalSeconds),
        _ => throw new InvalidOperationException(),
    });

    /// <summary>Why to go back; null while there is no reason.</summary>
    public string? WhyBad(ZergResponses seen) => Judge(seen).FirstOrDefault(verdict => verdict.IsGood == false)?.Why;

    private TermVerdict Judge(WatchTerm term, long responses, double? value, double limit)
        => new(term, value, responses, responses < Requests || value is null ? null : value < limit);
}
