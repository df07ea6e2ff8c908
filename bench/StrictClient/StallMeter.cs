namespace Zerg.StrictClient;

/// <summary>The longest time in which no connection at all got a good response, while the load was on.</summary>
internal sealed class StallMeter(WindowClock windows)
{
    private long _last;
    private long _loadEnd = long.MaxValue;
    private long _longestIn;
    private long _longestOut;

    public long LongestIn => Volatile.Read(ref _longestIn);

    public long LongestOut => Volatile.Read(ref _longestOut);

    public void Begin(long now) => Volatile.Write(ref _last, now);

    public void Success(long now)
    {
        // Responses that trickle in after the load has stopped make no stall.
        var at = Math.Min(now, Volatile.Read(ref _loadEnd));
        var previous = Interlocked.Exchange(ref _last, at);
        if (windows.Touches(previous))
            Raise(ref _longestIn, at - previous);
        else
            Raise(ref _longestOut, at - previous);
    }

    /// <summary>Ends the load: the silence since the last response counts.</summary>
    public void LoadEnded(long now)
    {
        if (Interlocked.CompareExchange(ref _loadEnd, now, long.MaxValue) == long.MaxValue)
            Success(now);
    }

    private static void Raise(ref long longest, long gap)
    {
        for (var seen = Volatile.Read(ref longest); gap > seen;)
        {
            var before = Interlocked.CompareExchange(ref longest, gap, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
