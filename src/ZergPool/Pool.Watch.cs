using Zerg;
using Zerg.Configuration;
using ZergPool.Control;
using ZergPool.Handover;
using ZergPool.Metrics;
using ZergPool.Roster;

namespace ZergPool;

/// <content>What zerglings say that they have answered.</content>
internal sealed partial class Pool
{
    private const int MaxWatched = 8;

    private void Count(Zergling zergling, ZergResponses? responses)
    {
        if (responses is null || FindMember(zergling.Id) is not { } member || !responses.CanFollow(member.Answered))
            return;

        // What somebody answered who comes back was counted by the pool before, or by nobody.
        var before = member.Answered ?? (member.Generation > 0 ? responses : ZergResponses.None);
        _counters.Add(zergling.Pool.ToString(), member.Release, responses.Minus(before), _time.GetUtcNow());
        Apply(zergling.Pool, new PolicyEvent.Answered(zergling.Id, responses));
    }

    private WatchStatus? Watched(ListenAddress pool, HandoverPolicy policy)
    {
        var watch = policy.Limits.Watch;
        if (!watch.IsOn)
            return null;
        // Before all of its workers are there a release serves in the generation of the one before.
        var generations = policy.Members.Values.Where(member => member.Generation > 0)
            .GroupBy(member => (member.Generation, member.Release))
            .OrderByDescending(group => group.Key.Generation).ThenByDescending(group => group.Max(member => member.Id))
            .Take(MaxWatched)
            .Select(group => (group.Key, Seen: policy.Seen(group.Key.Generation, group.Key.Release))).ToList();
        return new WatchStatus(
            WatchTerm.Format(watch.Terms), watch.Requests, policy.Window?.Until,
            policy.Window is { } window && policy.Seen(window.Generation) is null
                ? "no figures from this kind of zergling" : null,
            [
                .. from one in generations
                   where one.Seen is not null
                   select new WatchedGeneration(
                       one.Key.Generation, one.Key.Release, one.Seen.All(),
                       [
                           .. watch.Judge(one.Seen).Select(verdict => new WatchedTerm(
                               verdict.Term.ToString(), verdict.Value, verdict.Responses, verdict.IsGood, verdict.Seen)),
                       ]),
            ],
            OneOfSeveral([pool]));
    }

    private void AddResponses(OpenMetricsText text)
    {
        text.Family("zergpool_responses", "counter", "Responses of the apps, as zerglings said.");
        foreach (var one in _counters.Responses)
        {
            for (var number = 0; number < ZergResponses.ClassCount; number++)
            {
                text.Counter(
                    one.Total.Classes[number], one.Created,
                    ("pool", one.Pool), ("release", one.Release), ("class", $"{number + 1}xx"));
            }
        }

        text.Family("zergpool_response_seconds", "histogram", "From request to the end of the response.", "seconds");
        foreach (var one in _counters.Responses)
        {
            long sum = 0;
            (string, string)[] labels = [("pool", one.Pool), ("release", one.Release)];
            for (var bucket = 0; bucket < ZergResponses.Bounds.Count; bucket++)
            {
                sum += one.Total.Latencies[bucket];
                text.Sample("_bucket", sum, [.. labels, ("le", Bound(ZergResponses.Bounds[bucket]))]);
            }

            text.Sample("_bucket", sum, [.. labels, ("le", "+Inf")]);
            text.Sample("_sum", one.Total.Seconds, labels);
            text.Sample("_count", sum, labels);
            text.Sample("_created", one.Created.ToUnixTimeMilliseconds() / 1000.0, labels);
        }
    }

    // As OpenMetrics writes them: 1.0, not 1.
    private static string Bound(double seconds) => FormattableString.Invariant($"{seconds:0.0###}");
}
