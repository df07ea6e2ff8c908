using System.Diagnostics;

namespace Zerg.StrictClient;

/// <summary>
/// A connection's share of a fixed schedule: it never waits for the server, and latency counts from the time a
/// request was meant to start, so that a stall is not hidden by the requests which it kept from being sent.
/// </summary>
internal sealed class ScheduledPacer(LoadRun run, int index) : IPacer
{
    private readonly double _interval = run.Options.Connections / run.Options.Rate * Stopwatch.Frequency;
    private readonly double _first = run.Tally.Start + index / run.Options.Rate * Stopwatch.Frequency;
    private long _count;

    public bool Rests => true;

    public long Next => (long)(_first + _count * _interval);

    public async ValueTask<long?> NextAsync()
    {
        await run.DelayUntilAsync(Next);
        return TryTake();
    }

    /// <summary>Takes the next start, which is due; null when the load is over.</summary>
    public long? TryTake()
    {
        if (!run.TryStart())
            return null;
        var intended = Next;
        _count++;
        return Math.Min(intended, Stopwatch.GetTimestamp());
    }

    /// <summary>The starts that were due before <paramref name="loadEnd"/> and were never taken.</summary>
    public long CountMissed(long loadEnd) => Math.Max(0, (long)Math.Ceiling((loadEnd - Next) / _interval));
}
