using Zerg;

namespace ZergPool.Metrics;

/// <summary>What the zerglings of one release have answered in one pool, those that have left included.</summary>
internal sealed class ReleaseResponses
{
    /// <summary>The path of the pool.</summary>
    public required string Pool { get; init; }

    public required string Release { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset Last { get; set; }

    public ZergResponses Total { get; set; } = ZergResponses.None;

    /// <summary>They have answered more.</summary>
    public void Add(ZergResponses more, DateTimeOffset now) => (Total, Last) = (Total.Plus(more), now);
}
