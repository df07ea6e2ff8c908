namespace Zerg.StrictClient;

/// <summary>Latencies of the good responses, in milliseconds.</summary>
internal sealed record LatencySummary
{
    public required long Count { get; init; }

    public required double P50 { get; init; }

    public required double P90 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }

    public static LatencySummary Of(params ReadOnlySpan<Histogram> histograms)
    {
        var counts = Histogram.NewCounts();
        long max = 0;
        foreach (var histogram in histograms)
        {
            histogram.AddTo(counts);
            max = Math.Max(max, histogram.Max);
        }

        // A bucket's middle may lie above the largest value in it.
        double At(double share) => Math.Round(Math.Min(max / 1000.0, Histogram.Quantile(counts, share)), 3);
        return new LatencySummary
        {
            Count = counts.Sum(),
            P50 = At(0.5),
            P90 = At(0.9),
            P99 = At(0.99),
            P999 = At(0.999),
            Max = max / 1000.0,
        };
    }
}
