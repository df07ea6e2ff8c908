using Zerg;
using ZergPool.Handover;

namespace ZergPool.Metrics;

/// <summary>What is only ever counted up: by this image of the pool, and by those before it in this process.</summary>
internal sealed class Counters
{
    private const int MaxReleases = 16;

    /// <summary>Since when.</summary>
    public required DateTimeOffset Created { get; init; }

    public long Upgrades { get; set; }

    public long Attaches { get; set; }

    public Dictionary<Refusal, long> Refusals { get; init; } = [];

    /// <summary>By the name of the socket.</summary>
    public Dictionary<string, long> Repairs { get; init; } = [];

    /// <summary>By the path of the pool.</summary>
    public Dictionary<string, HandoverCounts> Handovers { get; init; } = [];

    /// <summary>What releases have answered.</summary>
    public List<ReleaseResponses> Responses { get; init; } = [];

    public void Refuse(Refusal reason) => Refusals[reason] = Refusals.GetValueOrDefault(reason) + 1;

    public void Repair(string socket) => Repairs[socket] = Repairs.GetValueOrDefault(socket) + 1;

    public void Add(string pool, HandoverRecord record) => Of(pool).Add(record.Outcome, record.Duration);

    /// <summary>A release has answered more; of too many, the one is forgotten that has been silent for longest.</summary>
    public void Add(string pool, string release, ZergResponses more, DateTimeOffset now)
    {
        if (more.All() == 0)
            return;
        var known = Responses.Find(one => one.Pool == pool && one.Release == release);
        if (known is null)
        {
            if (Responses.Count >= MaxReleases)
                Responses.Remove(Responses.MinBy(one => one.Last)!);
            Responses.Add(known = new ReleaseResponses { Pool = pool, Release = release, Created = now });
        }

        known.Add(more, now);
    }

    /// <summary>Those of one pool.</summary>
    public HandoverCounts Of(string pool)
    {
        if (!Handovers.TryGetValue(pool, out var counts))
            Handovers.Add(pool, counts = new HandoverCounts());
        return counts;
    }

    /// <summary>Forgets the sockets that are no more.</summary>
    public void Keep(IEnumerable<string> sockets)
    {
        foreach (var gone in Repairs.Keys.Except(sockets).ToList())
            Repairs.Remove(gone);
    }
}
