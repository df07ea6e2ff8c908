using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using Zergling.Pools;
using Zergling.Workers;

namespace Zergling;

/// <summary>
/// The owner of all state: one loop over one channel of events. Signals, sessions, timers and children only post to
/// it, and nothing in it waits for anything but the next event.
/// </summary>
internal sealed partial class Launcher : IAsyncDisposable
{
    // Often enough for somebody who watches a start, and no burden to a pool.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly ZerglingOptions _options;
    private readonly PoolLinks _pools;
    private readonly ChannelReader<LauncherEvent> _events;
    private readonly ChannelWriter<LauncherEvent> _post;
    private readonly WorkerStarter _starter;
    private readonly ServiceNotifier _manager;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly List<Worker> _leaving = [];
    private Fleet _current;
    private Fleet? _next;
    private LauncherPhase _phase = LauncherPhase.Starting;
    private bool _renewAgain;
    private int _stopSignals;
    private int _crashes;
    private int _exitCode;
    private OpenConnections? _remains;
    private ITimer? _looking;
    private string? _said;
    private ZergResponses? _answered;
    private bool _areResponsesNew;

    public Launcher(
        ZerglingOptions options, string release, PoolLinks pools, Channel<LauncherEvent> events,
        ServiceNotifier manager, ILogger logger, TimeProvider time)
    {
        _options = options;
        _pools = pools;
        _events = events.Reader;
        _post = events.Writer;
        _manager = manager;
        _logger = logger;
        _time = time;
        _starter = new WorkerStarter(options, release, events.Writer, time);
        _current = NewFleet();
    }

    /// <summary>The log itself, which an operator may have opened anew.</summary>
    public ProgramLog? ProgramLog { get; init; }

    /// <summary>Why it left, in one line.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Runs the workers until all of them have left.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync()
    {
        _pools.Begin(_post);
        StartAll(_current);
        _looking = _time.CreateTimer(_ => _post.TryWrite(new LauncherEvent.Looked()), null, s_look, Timeout.InfiniteTimeSpan);
        while (!HasLeft)
            Handle(await _events.ReadAsync());
        _pools.Bye(Reason);
        return _exitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _looking?.Dispose();
        _current.Dispose();
        await _pools.DisposeAsync();
        _starter.Dispose();
    }

    // Several pools must agree before there are more.
    private int Target => Math.Min(_pools.Workers ?? _options.Processes, _options.Processes);

    private bool HasLeft => _phase == LauncherPhase.Leaving && _leaving.Count == 0;

    // A worker that is started again counts from when it is ready; until then the pool must know that nobody accepts.
    private bool IsServed => ReadyWorkers > 0;

    private int ReadyWorkers => _current.Workers.Concat(_next?.Workers ?? [])
        .Count(worker => worker is { State: WorkerState.Ready, Exit: null });

    private void Handle(LauncherEvent what)
    {
        switch (what)
        {
            case LauncherEvent.Signalled signalled:
                Obey(signalled.Number);
                break;
            case LauncherEvent.Heard heard:
                Hear(heard.Pool, heard.News);
                break;
            case LauncherEvent.Executed executed:
                Settle(executed.Worker);
                break;
            case LauncherEvent.Notified notified:
                Hear(notified.Worker, notified.Notification);
                notified.Worker.Readiness.Listen();
                break;
            case LauncherEvent.Answered answered:
                BecomeReady(answered.Worker);
                break;
            case LauncherEvent.Ended ended:
                CollectOutput(ended.Worker, ended.Status);
                break;
            case LauncherEvent.OutputComplete complete:
                Bury(complete.Worker, complete.LastLines);
                break;
            case LauncherEvent.Due due:
                TimeIsUp(due.Worker, due.Deadline);
                break;
            case LauncherEvent.Late late:
                GiveUpOn(late.Worker, late.LastLines);
                break;
            case LauncherEvent.LineCut cut:
                Log.LineCut(_logger, cut.Worker, Output.LineAssembler.MaxLine / 1024);
                break;
            case LauncherEvent.Broken broken:
                Log.Broken(_logger, broken.Problem);
                break;
            case LauncherEvent.Looked:
                LookAtOutput();
                break;
            case LauncherEvent.RestartDue restart when restart.Fleet.Wants(restart.Number):
                Start(restart.Fleet, restart.Number);
                break;
        }
    }

    // The pool passes the last line on to whoever follows the start; and what workers have answered is told at this
    // pace, however often they say so.
    private void LookAtOutput()
    {
        var said = _phase != LauncherPhase.Starting ? null
            : _current.Workers.Select(worker => worker.Output.Said).LastOrDefault(line => line is not null);
        if (_phase == LauncherPhase.Starting)
            LookSoon();
        if (said == _said && !_areResponsesNew)
            return;
        _said = said;
        Report();
    }

    private void LookSoon() => _looking?.Change(s_look, Timeout.InfiniteTimeSpan);

    // Of those that are gone, and of those that are there; null where none of them tells.
    private ZergResponses? Answered => Everybody.Select(worker => worker.Responses).Aggregate(_answered, Sum);

    private IEnumerable<Worker> Everybody => [.. _current.Workers, .. _next?.Workers ?? [], .. _leaving];

    private static ZergResponses? Sum(ZergResponses? one, ZergResponses? other)
        => one is null ? other : other is null ? one : one.Plus(other);

    private void Report()
    {
        var state = _phase switch
        {
            LauncherPhase.Starting => ZerglingState.Starting,
            LauncherPhase.Serving when Target == 0 => ZerglingState.Paused,
            LauncherPhase.Serving => IsServed ? ZerglingState.Accepting : ZerglingState.Starting,
            _ => ZerglingState.Draining,
        };
        _areResponsesNew = false;
        _pools.Report(new ZergReport(
            state, Workers: [.. Everybody.Where(worker => worker.Exit is null).Select(worker => worker.Pid).Distinct()],
            Crashes: _crashes, Target: Target, Ready: ReadyWorkers,
            Responses: Answered)
        {
            Open = _remains,
            Said = _said,
        });
    }
}
