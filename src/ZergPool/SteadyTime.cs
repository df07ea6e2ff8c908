using System.Diagnostics;

namespace ZergPool;

/// <summary>
/// The time of day when it was looked at last, and what has gone by since then: when somebody sets the machine's clock,
/// nothing of what it measures becomes longer or shorter.
/// </summary>
internal sealed class SteadyTime : TimeProvider
{
    private readonly Func<DateTimeOffset> _clock;
    private long _origin;

    public SteadyTime()
        : this(System.GetUtcNow)
    {
    }

    /// <param name="clock">The machine's clock, which may be set at any time.</param>
    public SteadyTime(Func<DateTimeOffset> clock)
    {
        _clock = clock;
        Follow();
    }

    /// <summary>The time of day at the beginning of the monotonic clock, which all images of a process have in common.</summary>
    public long Origin
    {
        get => Interlocked.Read(ref _origin);
        set => Interlocked.Exchange(ref _origin, value);
    }

    /// <summary>Looks at the clock again.</summary>
    public void Follow() => Origin = _clock().UtcTicks - Stopwatch.GetElapsedTime(0).Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Origin + Stopwatch.GetElapsedTime(0).Ticks, TimeSpan.Zero);
}
