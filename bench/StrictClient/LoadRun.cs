using System.Diagnostics;

namespace Zerg.StrictClient;

/// <summary>One load on one target, without any retry: what the server does not answer is a loss.</summary>
internal sealed class LoadRun(LoadOptions options)
{
    /// <summary>How long a server may take to close a connection it has announced to close.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_watchInterval = TimeSpan.FromMilliseconds(20);

    private readonly Tally _tally = new();
    private SnapshotTaker? _snapshots;
    private long _started;
    private long _loadEnd;
    private CancellationToken _stopping;

    public LoadOptions Options => options;

    public Tally Tally => _tally;

    /// <summary>When the load was told to stop; null while it was not.</summary>
    public long? LoadEnd => Volatile.Read(ref _loadEnd) is > 0 and var end ? end : null;

    public bool IsStopped => Volatile.Read(ref _loadEnd) > 0;

    /// <summary>The time for a whole exchange, with the time its body is spread over.</summary>
    public TimeSpan ExchangeTimeout { get; } = options.RequestTimeout
        + (options.Mode is LoadMode.Upload or LoadMode.Download ? options.BodyTime : TimeSpan.Zero);

    /// <summary>Runs for the duration or the number of requests, or until <paramref name="stop"/>.</summary>
    /// <remarks>Requests on the way are awaited, never cut: a cut one could hide a loss. Not to be run twice.</remarks>
    public async Task<LoadReport> RunAsync(CancellationToken stop)
    {
        if (options.Validate().ToList() is { Count: > 0 } problems)
            throw new InvalidOperationException(string.Join("; ", problems));
        _tally.Begin(Stopwatch.GetTimestamp());
        using var watching = new CancellationTokenSource();
        using var ending = new CancellationTokenSource();
        _stopping = ending.Token;
        LoadWorker[] workers = [.. Enumerable.Range(0, options.Connections).Select(CreateWorker)];
        var watchdog = WatchAsync(workers, watching.Token);
        await using var asked = stop.UnsafeRegister(_ => Stop(ending), null);
        await using var timer = options.Duration is { } duration
            ? new Timer(_ => Stop(ending), null, duration, Timeout.InfiniteTimeSpan)
            : null;
        await Task.WhenAll(workers.Select(worker => Task.Run(worker.RunAsync)));
        Stop(ending);
        await watching.CancelAsync();
        await watchdog;
        return LoadReport.Of(this);
    }

    /// <summary>A cheap look at the run, for a live display.</summary>
    public LoadSnapshot Snapshot()
    {
        var taker = Volatile.Read(ref _snapshots)
            ?? Interlocked.CompareExchange(ref _snapshots, new SnapshotTaker(_tally), null)
            ?? _snapshots;
        return taker.Take();
    }

    /// <summary>Opens a hand-over window, until it is disposed: losses and latencies are told apart by it.</summary>
    public IDisposable BeginWindow(string name) => _tally.Windows.Begin(name);

    /// <summary>Whether one more request may be sent; it must be sent if so.</summary>
    public bool TryStart() =>
        !IsStopped && (options.MaxRequests is not { } most || Interlocked.Increment(ref _started) <= most);

    public Task DelayUntilAsync(long timestamp)
    {
        var now = Stopwatch.GetTimestamp();
        return timestamp <= now ? Task.CompletedTask : DelayAsync(Stopwatch.GetElapsedTime(now, timestamp));
    }

    /// <summary>Waits, or returns at once when the load stops.</summary>
    public async Task DelayAsync(TimeSpan time) =>
        await Task.Delay(time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Stop(CancellationTokenSource ending)
    {
        var now = Stopwatch.GetTimestamp();
        if (Interlocked.CompareExchange(ref _loadEnd, now, 0) != 0)
            return;
        _tally.Stalls.LoadEnded(now);
        ending.Cancel();
    }

    private LoadWorker CreateWorker(int index) => options.Mode switch
    {
        LoadMode.Http2 => new Http2Worker(this, index),
        LoadMode.Websocket => new WebSocketWorker(this),
        LoadMode.Paced => new Http1Worker(this, new ScheduledPacer(this, index)),
        LoadMode.PerConnection when options.Rate > 0 => new Http1Worker(this, new ScheduledPacer(this, index)),
        LoadMode.Idle => new Http1Worker(this, new RandomPacer(this, index)),
        _ => new Http1Worker(this, new ClosedLoopPacer(this)),
    };

    private static async Task WatchAsync(LoadWorker[] workers, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(s_watchInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var now = Stopwatch.GetTimestamp();
                foreach (var worker in workers)
                    worker.CheckDeadline(now);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}
