using System.Numerics;

namespace Zerg.StrictClient;

/// <summary>Latencies in microseconds, in 64 buckets an octave (off by 1.6 % at most), shared by all threads.</summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int Buckets = 1 << 11;

    private readonly long[] _counts = new long[Buckets];
    private long _max;

    public long Max => Volatile.Read(ref _max);

    public void Record(long microseconds)
    {
        var value = Math.Max(0, microseconds);
        Interlocked.Increment(ref _counts[IndexOf(value)]);
        for (var max = Volatile.Read(ref _max); value > max;)
        {
            var seen = Interlocked.CompareExchange(ref _max, value, max);
            if (seen == max)
                break;
            max = seen;
        }
    }

    /// <summary>Adds this histogram to <paramref name="counts"/>, an array from <see cref="NewCounts"/>.</summary>
    public void AddTo(long[] counts)
    {
        for (var i = 0; i < Buckets; i++)
            counts[i] += Volatile.Read(ref _counts[i]);
    }

    public static long[] NewCounts() => new long[Buckets];

    /// <summary>The value below which the given share of the counts lies, in milliseconds.</summary>
    public static double Quantile(ReadOnlySpan<long> counts, double share)
    {
        long total = 0;
        foreach (var count in counts)
            total += count;
        var rank = (long)Math.Ceiling(total * share);
        long seen = 0;
        for (var i = 0; i < counts.Length && total > 0; i++)
        {
            seen += counts[i];
            if (seen >= rank)
                return ValueOf(i) / 1000.0;
        }

        return 0;
    }

    private static int IndexOf(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value) - SubBits);
        return Math.Min(Buckets - 1, (shift << SubBits) + (int)(value >> shift));
    }

    private static double ValueOf(int index)
    {
        var shift = Math.Max(0, (index >> SubBits) - 1);
        var lower = (long)(index - (shift << SubBits)) << shift;
        return lower + ((1L << shift) - 1) / 2.0;
    }
}
