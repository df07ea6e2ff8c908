using System.Diagnostics;

namespace Zerg.StrictClient;

/// <summary>All the counts of a run, shared by its connections; every count is one interlocked addition.</summary>
internal sealed class Tally
{
    private readonly long[] _statuses = new long[1000];
    private long _ok;
    private long _reconnects;
    private long _idleCloses;
    private long _idleResets;
    private long _opened;
    private long _unanswered;
    private long _unsent;
    private long _unmeasured;

    public Tally() => Stalls = new StallMeter(Windows);

    /// <summary>When the load began; 0 before.</summary>
    public long Start { get; private set; }

    public TimeSpan Elapsed => Start == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Start);

    public WindowClock Windows { get; } = new();

    public StallMeter Stalls { get; }

    public LossLog Losses { get; } = new();

    public ReleaseTable Releases { get; } = new();

    public Histogram LatencyIn { get; } = new();

    public Histogram LatencyOut { get; } = new();

    public long Ok => Volatile.Read(ref _ok);

    public long Reconnects => Volatile.Read(ref _reconnects);

    public long IdleCloses => Volatile.Read(ref _idleCloses);

    public long IdleResets => Volatile.Read(ref _idleResets);

    public long Opened => Volatile.Read(ref _opened);

    public long Unanswered => Volatile.Read(ref _unanswered);

    public long Unsent => Volatile.Read(ref _unsent);

    public long Unmeasured => Volatile.Read(ref _unmeasured);

    public void Begin(long now)
    {
        Start = now;
        Stalls.Begin(now);
    }

    public void Response(int status, ReleaseCounter release)
    {
        Interlocked.Increment(ref _statuses[status]);
        release.Increment();
    }

    public void Success(long start)
    {
        var now = Stopwatch.GetTimestamp();
        var latency = Windows.Touches(start) ? LatencyIn : LatencyOut;
        latency.Record((now - start) / (Stopwatch.Frequency / 1_000_000));
        Interlocked.Increment(ref _ok);
        Stalls.Success(now);
    }

    public void Lose(long start, LossKind kind, LossPhase phase, int localPort, string detail) =>
        Losses.Add(new LossSample
        {
            AtSeconds = Math.Round(Elapsed.TotalSeconds, 3),
            Kind = kind,
            Phase = phase,
            LocalPort = localPort,
            InWindow = Windows.Touches(start),
            Detail = detail,
        });

    public void Reconnect() => Interlocked.Increment(ref _reconnects);

    public void IdleClose() => Interlocked.Increment(ref _idleCloses);

    public void IdleReset() => Interlocked.Increment(ref _idleResets);

    public void Open() => Interlocked.Increment(ref _opened);

    public void LeaveUnanswered() => Interlocked.Increment(ref _unanswered);

    public void TakeUnmeasured() => Interlocked.Increment(ref _unmeasured);

    public void LeaveUnsent(long count) => Interlocked.Add(ref _unsent, count);

    public Dictionary<int, long> Statuses() =>
        Enumerable.Range(0, _statuses.Length).Where(s => _statuses[s] > 0).ToDictionary(s => s, s => _statuses[s]);
}
