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
    private Task _running = Task.CompletedTask;
    private Task _ticking = Task.CompletedTask;
    private Task _draining = Task.CompletedTask;
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
        foreach (var attachment in _attachments.Where(attachment => !attachment.IsPlain))
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
        await _hurry.CancelAsync();
        _events.Writer.TryComplete();
        await Task.WhenAll([
            _running, _ticking, _draining,
            .. _attachments.Select(a => a.Following), .. _attachments.Select(a => a.EndReportsAsync())]);

        // A start that was stopped never comes to the host's own last station; one that failed still has to be
        // explained to the pool, see ZerglingService.
        if (_application.ApplicationStopping.IsCancellationRequested)
            await ByeAsync();
        foreach (var attachment in _attachments.Where(_ => _warm))
        {
            if (attachment.Client is { } client)
                await client.DisposeAsync();
        }
    }

    private async Task FollowAsync(Attachment attachment)
    {
        try
        {
            await foreach (var order in attachment.Client!.OrdersAsync(_over.Token))
                Post(new ZerglingEvent.Ordered(attachment, order));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        finally
        {
            if (!_over.IsCancellationRequested)
                Post(new ZerglingEvent.Orphaned(attachment));
        }
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
        ZerglingEvent.Ordered { Order: ZergOrder.Resume } order => WantAsync(order.Attachment, true),
        ZerglingEvent.Ordered { Order: ZergOrder.Pause } order => WantAsync(order.Attachment, false),
        ZerglingEvent.Ordered { Order: ZergOrder.Drain drain } order => DrainAsync(order.Attachment, drain),
        ZerglingEvent.Ordered { Order: ZergOrder.Stop stop } => StopAsync(stop.Reason, stop.ExitCode),
        ZerglingEvent.Ordered { Order: ZergOrder.Sockets sockets } order => ChangeAsync(order.Attachment, sockets),
        ZerglingEvent.Orphaned orphaned => OrphanAsync(orphaned.Attachment),
        ZerglingEvent.Warm warm => WarmAsync(warm.Lukewarm),
        ZerglingEvent.Cold cold => FailAsync(cold.Reason),
        ZerglingEvent.Leave leave => DrainAllAsync(leave.Reason, _options.Mercy),
        ZerglingEvent.Hurry hurry => StopAsync(hurry.Reason, Environment.ExitCode),
        _ => Task.CompletedTask,
    };

    private async Task WantAsync(Attachment attachment, bool accept)
    {
        Log.Ordered(_log, attachment.Source, accept ? "resume" : "pause");
        attachment.Wanted = accept;
        await ApplyAsync(attachment);
    }

    // Opens or closes the gates of one pool as its wishes are.
    private async Task ApplyAsync(Attachment attachment)
    {
        var open = _warm && !_stopping && attachment.Accepts(_options.Mode);
        foreach (var gate in attachment.Gates.Values)
        {
            if (open)
                gate.Open();
            else
                await gate.CloseAsync();
        }
    }

    private async Task WarmAsync(int? lukewarm)
    {
        if (_stopping)
            return;
        if (lukewarm is { } status)
            Log.Lukewarm(_log, _options.WarmUpPath ?? "", status);
        _warm = true;
        Log.Ready(_log, _options.Release);
        foreach (var attachment in _attachments)
            await ApplyAsync(attachment);
        NotifySocket.Tell("READY=1");
    }

    private async Task OrphanAsync(Attachment attachment)
    {
        attachment.IsOrphan = true;
        if (attachment.Accepts(_options.Mode))
            Log.Orphaned(_log, attachment.Source);
        else
            Log.OrphanedIdle(_log, attachment.Source);
        await ApplyAsync(attachment);
    }

    private void Report()
    {
        foreach (var attachment in _attachments)
            attachment.Report(_warm, _options.Mode, _register);
    }
}
