namespace Zerg.Soak;

/// <summary>A figure over the time of the soak: the medians of its first and of its last third are compared.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Allowed">What is noise.</param>
/// <param name="Values">One for each look.</param>
internal sealed record Growth(string Name, double Allowed, IReadOnlyList<double> Values)
{
    public double First => Median(Values.Take(Third));

    public double Last => Median(Values.TakeLast(Third));

    public double Most => Values.Max();

    public bool IsGrowing => Last - First > Allowed;

    private int Third => Math.Max(1, Values.Count / 3);

    /// <param name="looks">In order.</param>
    /// <param name="isNative">Whether the pool is the published one: the JIT's own memory and threads come and go.</param>
    public static IReadOnlyList<Growth> Of(IReadOnlyList<Look> looks, bool isNative)
    {
        Growth Figure(string name, double allowed, Func<Look, double> value) => new(name, allowed, [.. looks.Select(value)]);
        return
        [
            Figure("descriptors, but for the sockets passed on", 0, look => look.Descriptors),
            Figure("threads", isNative ? 1 : 10, look => look.Figures.Threads),
            Figure("PSS, KiB", isNative ? 512 : 32 * 1024, look => look.Figures.Pss),
            Figure("RSS, KiB", isNative ? 512 : 32 * 1024, look => look.Figures.Rss),
            Figure("zombies", 0, look => look.Figures.Zombies),
        ];
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
