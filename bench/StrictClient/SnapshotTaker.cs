namespace Zerg.StrictClient;

internal sealed class SnapshotTaker(Tally tally)
{
    private readonly Lock _gate = new();
    private long[] _latencies = Histogram.NewCounts();
    private Dictionary<string, long> _releases = [];

    public LoadSnapshot Take()
    {
        lock (_gate)
        {
            var latencies = Histogram.NewCounts();
            tally.LatencyIn.AddTo(latencies);
            tally.LatencyOut.AddTo(latencies);
            var releases = tally.Releases.Counts();
            var recent = new long[latencies.Length];
            for (var i = 0; i < recent.Length; i++)
                recent[i] = latencies[i] - _latencies[i];
            var losses = tally.Losses.Total;
            var snapshot = new LoadSnapshot
            {
                At = tally.Elapsed,
                Requests = tally.Ok + losses,
                Losses = losses,
                Releases = releases,
                RecentReleases = releases.ToDictionary(r => r.Key, r => r.Value - _releases.GetValueOrDefault(r.Key)),
                RecentP50 = Histogram.Quantile(recent, 0.5),
                RecentP99 = Histogram.Quantile(recent, 0.99),
            };
            _latencies = latencies;
            _releases = releases;
            return snapshot;
        }
    }
}
