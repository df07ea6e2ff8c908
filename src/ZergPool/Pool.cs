using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Control;
using ZergPool.Deploying;
using ZergPool.Handover;
using ZergPool.Listening;
using ZergPool.Metrics;
using ZergPool.Roster;

namespace ZergPool;

/// <summary>
/// The owner loop: it reads one queue of events and alone changes the roster, the hand-over and the listeners.
/// It never accepts a connection of the sockets it passes on.
/// </summary>
internal sealed partial class Pool : IDisposable
{
    private const int CrowdedPercent = 80;
    private const int GuardEveryTicks = 5;
    private const int TrimAfterIdleTicks = 2;

    // The reports of zerglings under load never let it rest: without this its garbage would come to 20 MB.
    private const int TrimEveryTicks = 10;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    // Far more than a zergling needs between its connect and its hello.
    private static readonly TimeSpan s_silenceInCrowd = TimeSpan.FromMilliseconds(500);

    private readonly Channel<PoolEvent> _events =
        Channel.CreateUnbounded<PoolEvent>(new UnboundedChannelOptions { SingleReader = true });

    private readonly PoolSockets _table;
    private readonly OwnSockets _own;
    private readonly Func<FreshOptions> _load;
    private readonly ILogger _log;
    private readonly TimeProvider _time;

    // Each pool, by its path, hands over by itself: who attaches to one takes over from nobody of another.
    private readonly Dictionary<ListenAddress, HandoverPolicy> _policies;
    private readonly ServiceNotifier _manager = ServiceNotifier.FromEnvironment();
    private readonly SemaphoreSlim _handshakeSlots;
    private readonly List<Session> _handshakes = [];
    private readonly SortedDictionary<int, Zergling> _roster = [];
    private readonly Dictionary<Session, Zergling> _bySession = [];
    private readonly List<PendingCommand> _pending = [];
    private readonly Dictionary<PoolSocket, string> _unrepaired = [];
    private readonly HashSet<PoolSocket> _crowded = [];
    private PoolOptions _options;
    private ListenerGuard _guard;
    private AccessList _mayAttach;
    private volatile AccessList _mayOrder;
    private DateTimeOffset _started;
    private Poller? _poller;
    private int _lastId;
    private int _ticks;
    private int _idleTicks;

    public Pool(
        PoolOptions options, OwnSockets own, PoolSockets table, Func<FreshOptions> load, ILogger log, TimeProvider time)
    {
        _options = options;
        _handshakeSlots = new SemaphoreSlim(options.MaxHandshakes);
        _own = own;
        _table = table;
        _load = load;
        _log = log;
        _time = time;
        _started = _imageStarted = time.GetUtcNow();
        _counters = new Counters { Created = _started };
        _policies = options.Pools.ToDictionary(pool => pool.Address, _ => new HandoverPolicy(LimitsOf(options)));
        (_guard, _mayAttach, _mayOrder) = Rules(options);
        TakeUpRecords();
    }

    /// <summary>What the command line says of launchers.</summary>
    public LauncherArguments LauncherArguments { get; init; } = LauncherArguments.None;

    /// <summary>The log itself, which an operator may have opened anew.</summary>
    public ProgramLog? ProgramLog { get; init; }

    /// <summary>Where every other part posts what happened.</summary>
    public ChannelWriter<PoolEvent> Events => _events.Writer;

    /// <summary>Whether somebody may give this pool orders; it may be asked from anywhere.</summary>
    public bool MayOrder(PeerCredentials peer) => _mayOrder.Allows(peer);

    /// <summary>A place among the handshakes under way; the owner loop gives it back.</summary>
    /// <remarks>
    /// Descriptors in a greeting that nobody has read count against the uid's limit of descriptors in flight, which
    /// would then fail for everybody (ETOOMANYREFS, unix(7)). So there are few, and silent peers that take them all
    /// must not keep out whoever has something to say.
    /// </remarks>
    public Task HandshakeSlotAsync(CancellationToken cancel)
    {
        var slot = _handshakeSlots.WaitAsync(cancel);
        if (!slot.IsCompleted)
            Events.TryWrite(new PoolEvent.Crowded());
        return slot;
    }

    /// <summary>Works until it is told to stop.</summary>
    /// <exception cref="ZergException">Nobody gave back a socket that others hold, within recover-timeout.</exception>
    public async Task RunAsync()
    {
        if (_manager.Problem is { } problem)
            Log.NoManager(_log, problem);
        using var timer = _time.CreateTimer(_ => Events.TryWrite(new PoolEvent.Ticked()), null, s_tick, s_tick);
        if (!_goesOn)
            TakeUpJournals();
        if (_table.IsComplete)
            Complete();
        else
            BeginRecovery();
        await foreach (var happened in _events.Reader.ReadAllAsync())
        {
            if (happened is PoolEvent.Stopped stopped && !BeginEnd(stopped.Signal))
            {
                Stop(stopped.Signal);
                return;
            }

            await DealAsync(happened);
            if (_failure is not null)
                throw _failure;
            if (IsEndDue())
            {
                Stop(_endSignal);
                return;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndSharing();
        _poller?.Dispose();
        _manager.Dispose();
        foreach (var zergling in _roster.Values)
            zergling.Dispose();
        foreach (var session in _handshakes)
            session.Dispose();
        foreach (var deployment in _deployments)
            deployment.Dispose();
        foreach (var run in _checks)
        {
            run.Kill();
            run.Dispose();
        }

        _hooks.Dispose();
        _handshakeSlots.Dispose();
        _freezing.Dispose();
    }

    private async Task DealAsync(PoolEvent happened)
    {
        try
        {
            await HandleAsync(happened);
        }
        catch (Exception failure)
        {
            // The kernel refused something that only this event wanted, or there is a mistake in here: in both
            // cases everybody else is served on.
            Log.EventFailed(_log, happened.GetType().Name, failure is IOException ? failure.Message : $"{failure}");
            var reply = happened switch
            {
                PoolEvent.Commanded commanded => commanded.Reply,
                PoolEvent.Loaded loaded => loaded.Reply,
                PoolEvent.Compared compared => compared.Reply,
                _ => null,
            };
            reply?.TrySetResult(new ControlReply { ExitCode = ExitCodes.System, Message = failure.Message });
        }

        AnswerPending();
        MemoryTrim.BoundNursery();
    }

    private async Task HandleAsync(PoolEvent happened)
    {
        if (happened is not PoolEvent.Glanced)
            _idleTicks = happened is PoolEvent.Ticked ? _idleTicks + 1 : 0;
        switch (happened)
        {
            case PoolEvent.Connected connected:
                await GreetAsync(connected);
                break;
            case PoolEvent.Received received:
                Receive(received);
                break;
            case PoolEvent.Ended ended:
                End(ended.Session, ended.Problem);
                break;
            case PoolEvent.Exited exited:
                ProcessEnded(exited.Process);
                break;
            case PoolEvent.Commanded commanded:
                Command(commanded);
                break;
            case PoolEvent.ReloadAsked asked:
                BeginReload(asked);
                break;
            case PoolEvent.Loaded loaded:
                Reload(loaded);
                break;
            case PoolEvent.Compared compared:
                compared.Reply.TrySetResult(new ControlReply { Status = Status(Differences(compared.Fresh)) });
                break;
            case PoolEvent.Scraped scraped:
                scraped.Text.TrySetResult(Metrics());
                break;
            case PoolEvent.UpgradeAsked:
                UpgradeBySignal();
                break;
            case PoolEvent.Checked check:
                GoOn(check.Successor);
                break;
            case PoolEvent.Frozen:
                await FrozenAsync();
                break;
            case PoolEvent.Crowded:
                MakeRoom();
                break;
            case PoolEvent.SentAway:
                SentAway();
                break;
            case PoolEvent.Reopening:
                _ = ProgramLog?.ReopenAsync();
                break;
            case PoolEvent.Glanced:
                Guard(FormerServer, _table.Shared);
                break;
            case PoolEvent.Ticked:
                MakeRoom();
                foreach (var pool in _policies.Keys)
                    Apply(pool, new PolicyEvent.Tick());
                EnforceMercy();
                EnforceChecks();
                _hooks.Enforce(_time.GetUtcNow());
                Recover();
                EnforceAttach();
                RestartLaunchers();
                StartQueued();
                LetGo();
                FollowClock();
                Rest();
                break;
        }
    }

    private void Rest()
    {
        if (++_ticks % GuardEveryTicks == 0)
        {
            // What a former server listens on as well is looked at often, and it is whom to suspect.
            Guard("somebody", _table.Sockets.Except(_table.Shared));
            GuardPaths();
            WatchDescriptors();
            LookForFormers();
        }

        var isDue = _idleTicks < TrimAfterIdleTicks && _ticks % TrimEveryTicks == 0;
        if (isDue || _idleTicks == TrimAfterIdleTicks)
            MemoryTrim.Collect();

        // Every time: three calls and a few page faults a second, and what the tick itself ran is let go again.
        if (isDue || _idleTicks >= TrimAfterIdleTicks)
            MemoryTrim.DropFilePages();
    }

    private static PolicyLimits LimitsOf(PoolOptions options) => new()
    {
        Ready = options.ReadyTimeout,
        Mercy = options.Mercy,
        RollbackWindow = options.RollbackWindow,
        Checks = options.CheckCommand.Count > 0,
        MaxCrashes = options.MaxCrashes,
        Strategy = options.Strategy,
        Canary = options.Canary,
        Bake = options.Bake,
        FailsEmptyCanary = options.FailsEmptyCanary,
        Watch = new ReleaseWatch(options.Watch, options.WatchRequests),
        MaxGenerations = options.MaxGenerations,
        History = options.MaxHistory,
    };

    private static (ListenerGuard Guard, AccessList Attaching, AccessList Ordering) Rules(PoolOptions options)
    {
        var own = Mono.Unix.Native.Syscall.geteuid();
        return (
            new ListenerGuard(options.Backlog, PoolSockets.File(options)), AccessList.Attaching(options, own),
            AccessList.Ordering(options, own));
    }

    // What the pool of this path passes on.
    private IReadOnlyList<PoolSocket> Passed(ListenAddress pool) => _table.Of(_options.Pools.First(one => one.Address == pool));

    private void ReportToManager()
    {
        if (!_table.IsComplete)
            return;
        var states = Members.GroupBy(member => member.State)
            .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
        _manager.Ready($"generation {Generation}: {string.Join(", ", states.DefaultIfEmpty("no zergling"))}");
    }
}
