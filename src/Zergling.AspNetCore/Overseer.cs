using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Zerg;
using Zergling.AspNetCore.Draining;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <summary>
/// The owner of this zergling's state: one loop reads events and alone opens and closes gates, starts the drain and
/// reports. Sessions, signals and timers only post.
/// </summary>
internal sealed partial class Overseer : IAsyncDisposable
{
    private readonly Channel<ZerglingEvent> _events = Channel.CreateUnbounded<ZerglingEvent>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenSource _parted = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ZerglingOptions _options;
    private readonly ListenerSet _listeners;
    private readonly ConnectionRegister _register;
    private readonly Drain _drain;
    private readonly ZergLifetime _lifetime;
    private readonly IHostApplicationLifetime _application;
    private readonly HostOptions _host;
    private readonly TimeSpan _shutdownTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger<Overseer> _log;
    private readonly List<Attachment> _attachments = [];

    // The program zergling sums up what its workers tell it; a service manager would not know what to make of it.
    private readonly bool _isWorker = Environment.GetEnvironmentVariable("ZERG_WORKER") is { Length: > 0 };
    private Task _running = Task.CompletedTask;
    private Task _ticking = Task.CompletedTask;
    private Task _draining = Task.CompletedTask;
    private Task _parting = Task.CompletedTask;
    private CancellationTokenSource _aside = new();
    private bool _leaving;
    private Probe? _probe;
    private ZergResponses? _told;
    private volatile bool _warm;
    private volatile bool _stopping;
    private int _failed;
    private int _farewell;
    private string _reason = "the app stops";

    public Overseer(
        ZerglingOptions options,
        ListenerSet listeners,
        ConnectionRegister register,
        Drain drain,
        ZergLifetime lifetime,
        IHostApplicationLifetime application,
        IOptions<HostOptions> host,
        TimeProvider time,
        ILogger<Overseer> log)
    {
        _options = options;
        _listeners = listeners;
        _register = register;
        _drain = drain;
        _lifetime = lifetime;
        _application = application;
        _host = host.Value;
        _time = time;
        _log = log;

        // When the app stops itself the drain is part of the host's stop, and must fit into it.
        _shutdownTimeout = _host.ShutdownTimeout;
        _host.ShutdownTimeout = _shutdownTimeout + options.Mercy;
    }

    /// <summary>Begins to follow orders.</summary>
    public void Start()
    {
        foreach (var attachment in _attachments.Where(attachment => attachment.Follower is not null))
        {
            attachment.Following = Task.Run(() => FollowAsync(attachment));
            attachment.BeginReports();
        }

        _running = Task.Run(RunAsync);
        _ticking = Task.Run(TickAsync);
    }

    /// <summary>Tells the loop.</summary>
    public void Post(ZerglingEvent happened) => _events.Writer.TryWrite(happened);

    /// <summary>The last words to every pool.</summary>
    public async Task ByeAsync()
    {
        if (Interlocked.Exchange(ref _farewell, 1) != 0)
            return;

        // Whoever has said it seeks no pool any more.
        await _parted.CancelAsync();
        foreach (var attachment in _attachments)
            await attachment.EndReportsAsync();
        await SayAsync(client => client.ByeAsync(_reason));
    }

    /// <summary>Tells every pool, once, why this process will not become ready; no word of it when it already is.</summary>
    public Task FailedAsync(string reason)
        => _warm || Interlocked.Exchange(ref _failed, 1) != 0
            ? Task.CompletedTask
            : SayAsync(client => client.FailedAsync(reason));

    private async Task SayAsync(Func<ZergClient, Task> words)
    {
        foreach (var attachment in _attachments)
        {
            if (attachment.Client is { } client)
                await words(client);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _parted.CancelAsync();
        await _hurry.CancelAsync();
        await _aside.CancelAsync();
        _events.Writer.TryComplete();
        await Task.WhenAll([
            _running, _ticking, _draining, _parting,
            .. _attachments.Select(a => a.Following), .. _attachments.Select(a => a.EndReportsAsync())]);

        // A start that was stopped never comes to the host's own last station; one that failed still has to be
        // explained to the pool, see ZerglingService.
        if (_application.ApplicationStopping.IsCancellationRequested)
            await ByeAsync();
        await CloseProbeAsync();
        foreach (var attachment in _attachments.Where(_ => _warm))
            await attachment.DisposeAsync();
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token))
                Post(new ZerglingEvent.Tick());
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private async Task RunAsync()
    {
        await foreach (var happened in _events.Reader.ReadAllAsync())
        {
            try
            {
                await HandleAsync(happened);
                Report();
            }
            catch (Exception problem)
            {
                Log.Failed(_log, problem, happened.GetType().Name);
            }
        }
    }

    private Task HandleAsync(ZerglingEvent happened) => happened switch
    {
        ZerglingEvent.Heard heard => HearAsync(heard.Attachment, heard.News),
        ZerglingEvent.Warm warm => WarmAsync(warm.Lukewarm),
        ZerglingEvent.Cold cold => FailAsync(cold.Reason),
        ZerglingEvent.Leave leave => DrainAllAsync(leave.Reason, _options.Mercy),
        ZerglingEvent.Hurry hurry => StopAsync(hurry.Reason, Environment.ExitCode),
        ZerglingEvent.Finished finished => EndAsync(finished.Timeout),
        ZerglingEvent.Tick => PromoteAsync(),
        _ => Task.CompletedTask,
    };

    private async Task WarmAsync(int? lukewarm)
    {
        if (_stopping)
            return;
        if (lukewarm is { } status)
            Log.Lukewarm(_log, _options.WarmUpPath ?? "", status);
        OpenProbe();
        _warm = true;
        Log.Ready(_log, _options.Release);
        foreach (var attachment in _attachments)
            await ApplyAsync(attachment);
        NotifySocket.Tell("READY=1");
    }

    // A pool may have the app checked before it lets it serve.
    private void OpenProbe()
    {
        var followed = _attachments.Where(one => one.Follower is not null).ToList();
        if (followed.Count == 0 || _listeners.All.MinBy(listener => listener.IsTls) is not { } listener)
            return;
        _probe = new Probe(listener, followed.Select(one => one.Client?.PoolUid).OfType<uint>(), _log);
        foreach (var attachment in followed)
            attachment.Probes = [_probe.Address];
    }

    private async Task CloseProbeAsync()
    {
        if (_probe is not { } probe)
            return;
        _probe = null;
        foreach (var attachment in _attachments)
            attachment.Probes = [];
        await probe.DisposeAsync();
    }

    private void Report()
    {
        foreach (var attachment in _attachments)
            attachment.Report(_warm, _register);
        if (_isWorker && _register.Responses?.Read() is { } responses && responses != _told)
            NotifySocket.TryTell($"{WorkerResponses.Variable}={WorkerResponses.Format(_told = responses)}");
    }
}
