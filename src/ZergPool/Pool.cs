using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Control;
using ZergPool.Handover;
using ZergPool.Listening;
using ZergPool.Roster;

namespace ZergPool;

/// <summary>
/// The owner loop: it reads one queue of events and alone changes the roster, the hand-over and the listeners.
/// It never accepts a connection of the sockets it passes on.
/// </summary>
internal sealed partial class Pool : IDisposable
{
    private const int MaxSessions = 256;
    private const int MaxHandshakes = 32;
    private const int CrowdedPercent = 80;
    private const int GuardEveryTicks = 5;
    private const int TrimAfterIdleTicks = 2;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    // Far more than a zergling needs between its connect and its hello.
    private static readonly TimeSpan s_silenceInCrowd = TimeSpan.FromMilliseconds(500);

    private readonly Channel<PoolEvent> _events =
        Channel.CreateUnbounded<PoolEvent>(new UnboundedChannelOptions { SingleReader = true });

    private readonly PoolOptions _options;
    private readonly BoundSockets _table;
    private readonly ILogger _log;
    private readonly TimeProvider _time;

    // Each pool hands over by itself: who attaches to one takes over from nobody of another.
    private readonly Dictionary<PoolSpec, HandoverPolicy> _policies;
    private readonly ListenerGuard _guard;
    private readonly AccessList _mayAttach;
    private readonly AccessList _mayOrder;
    private readonly DateTimeOffset _started;
    private readonly ServiceNotifier _manager = ServiceNotifier.FromEnvironment();
    private readonly SemaphoreSlim _handshakeSlots = new(MaxHandshakes);
    private readonly List<Session> _handshakes = [];
    private readonly SortedDictionary<int, Zergling> _roster = [];
    private readonly Dictionary<Session, Zergling> _bySession = [];
    private readonly List<PendingCommand> _pending = [];
    private readonly Dictionary<PoolSocket, string> _unrepaired = [];
    private readonly HashSet<PoolSocket> _crowded = [];
    private Poller? _poller;
    private int _lastId;
    private int _ticks;
    private int _idleTicks;

    public Pool(PoolOptions options, BoundSockets table, ILogger log, TimeProvider time)
    {
        _options = options;
        _table = table;
        _log = log;
        _time = time;
        _started = time.GetUtcNow();
        var limits = new PolicyLimits { Ready = options.ReadyTimeout, Mercy = options.Mercy };
        _policies = options.Pools.ToDictionary(pool => pool, _ => new HandoverPolicy(limits));
        _guard = new ListenerGuard(options.Backlog, BoundSockets.File(options));
        var own = Mono.Unix.Native.Syscall.geteuid();
        _mayAttach = AccessList.Attaching(options, own);
        _mayOrder = AccessList.Ordering(options, own);
    }

    /// <summary>Where every other part posts what happened.</summary>
    public ChannelWriter<PoolEvent> Events => _events.Writer;

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
    public async Task RunAsync()
    {
        if (_manager.Problem is { } problem)
            Log.NoManager(_log, problem);
        using var timer = _time.CreateTimer(_ => Events.TryWrite(new PoolEvent.Ticked()), null, s_tick, s_tick);
        ReportToManager();
        await foreach (var happened in _events.Reader.ReadAllAsync())
        {
            if (happened is PoolEvent.Stopped stopped)
            {
                Stop(stopped.Signal);
                return;
            }

            try
            {
                await HandleAsync(happened);
            }
            catch (Exception failure)
            {
                // The kernel refused something that only this event wanted, or there is a mistake in here: in both
                // cases everybody else is served on.
                Log.EventFailed(_log, happened.GetType().Name, failure is IOException ? failure.Message : $"{failure}");
                if (happened is PoolEvent.Commanded { Reply: var reply })
                    reply.TrySetResult(new ControlReply { ExitCode = ExitCodes.System, Message = failure.Message });
            }

            AnswerPending();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _poller?.Dispose();
        _manager.Dispose();
        foreach (var zergling in _roster.Values)
            zergling.Dispose();
        foreach (var session in _handshakes)
            session.Dispose();
        _handshakeSlots.Dispose();
    }

    private async Task HandleAsync(PoolEvent happened)
    {
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
            case PoolEvent.Crowded:
                MakeRoom();
                break;
            case PoolEvent.Ticked:
                MakeRoom();
                foreach (var pool in _policies.Keys)
                    Apply(pool, new PolicyEvent.Tick());
                EnforceMercy();
                Rest();
                break;
        }
    }

    private void Rest()
    {
        if (++_ticks % GuardEveryTicks == 0)
            Guard("somebody");
        if (_idleTicks == TrimAfterIdleTicks)
            MemoryTrim.Collect();

        // Every time: three calls and a few page faults a second, and what the tick itself ran is let go again.
        if (_idleTicks >= TrimAfterIdleTicks)
            MemoryTrim.DropFilePages();
    }

    private void Guard(string suspect)
    {
        foreach (var socket in _table.Sockets)
        {
            try
            {
                foreach (var repaired in _guard.Check(socket, out var boundAnew))
                {
                    Log.Repaired(_log, socket.Spec.Address.ToString(), repaired, suspect);
                    if (boundAnew)
                        Announce(socket);
                }

                _unrepaired.Remove(socket);
                WatchQueue(socket);
            }
            catch (IOException problem)
            {
                // Until it is repaired or the reason is another: who reads the log knows it now.
                if (_unrepaired.GetValueOrDefault(socket) != problem.Message)
                    Log.NotRepaired(_log, socket.Spec.Address.ToString(), problem.Message, suspect);
                _unrepaired[socket] = problem.Message;
            }
        }
    }

    // Said when the queue has become that long, not again while it is.
    private void WatchQueue(PoolSocket socket)
    {
        if (socket.Queue is not var (queued, backlog))
            return;
        if (queued * 100 < backlog * CrowdedPercent)
            _crowded.Remove(socket);
        else if (_crowded.Add(socket))
            Log.Crowded(_log, socket.Spec.Address.ToString(), queued, backlog);
    }

    // Zerglings keep what they hold: the pool only lets go, and leaves what they still need.
    private void Stop(string signal)
    {
        Log.Stopping(_log, signal, _roster.Count);
        _manager.Stopping("stopping");
        if (!Members.Any(member => member.Serves || member.State == MemberState.Draining))
        {
            try
            {
                _table.Unlink();
            }
            catch (SyscallException problem)
            {
                Log.FileStays(_log, problem.Message);
            }
        }
    }

    private void ReportToManager()
    {
        var states = Members.GroupBy(member => member.State)
            .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}");
        _manager.Ready($"generation {Generation}: {string.Join(", ", states.DefaultIfEmpty("no zergling"))}");
    }
}
