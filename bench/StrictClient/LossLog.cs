namespace Zerg.StrictClient;

/// <summary>Counts losses by kind and keeps the first few for the report.</summary>
internal sealed class LossLog
{
    public const int MaxSamples = 20;

    private static readonly LossKind[] s_kinds = Enum.GetValues<LossKind>();

    private readonly long[] _inWindows = new long[s_kinds.Length];
    private readonly long[] _outside = new long[s_kinds.Length];
    private readonly List<LossSample> _samples = [];
    private readonly Lock _gate = new();
    private long _total;

    public long Total => Volatile.Read(ref _total);

    public void Add(LossSample sample)
    {
        lock (_gate)
        {
            _total++;
            (sample.InWindow ? _inWindows : _outside)[(int)sample.Kind]++;
            if (_samples.Count < MaxSamples)
                _samples.Add(sample);
        }
    }

    public Dictionary<LossKind, long> Counts(bool inWindows, bool outside)
    {
        var counts = new Dictionary<LossKind, long>();
        lock (_gate)
        {
            foreach (var kind in s_kinds)
            {
                var count = (inWindows ? _inWindows[(int)kind] : 0) + (outside ? _outside[(int)kind] : 0);
                if (count > 0)
                    counts[kind] = count;
            }
        }

        return counts;
    }

    public LossSample[] Samples()
    {
        lock (_gate)
            return [.. _samples];
    }
}
