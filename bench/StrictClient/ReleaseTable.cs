using System.Text;

namespace Zerg.StrictClient;

/// <summary>Counts responses by their X-Release header.</summary>
internal sealed class ReleaseTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ReleaseCounter> _counters = [];

    /// <summary>The counter of a release; a connection keeps the last one, for it rarely changes.</summary>
    public ReleaseCounter Find(ReadOnlySpan<byte> name, ReleaseCounter? last)
    {
        if (last is not null && last.Is(name))
            return last;
        var text = name.IsEmpty ? "(none)" : Encoding.Latin1.GetString(name);
        lock (_gate)
        {
            if (!_counters.TryGetValue(text, out var counter))
                _counters[text] = counter = new ReleaseCounter(name.ToArray());
            return counter;
        }
    }

    public Dictionary<string, long> Counts()
    {
        lock (_gate)
            return _counters.ToDictionary(pair => pair.Key, pair => pair.Value.Count);
    }
}
