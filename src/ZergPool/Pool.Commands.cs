using Mono.Unix.Native;
using Zerg;
using Zerg.Configuration;
using Zerg.Programs;
using ZergPool.Control;
using ZergPool.Handover;
using ZergPool.Listening;
using ZergPool.Metrics;
using ZergPool.Roster;

namespace ZergPool;

/// <content>Orders from the control socket.</content>
internal sealed partial class Pool
{
    private const int MaxPending = 64;

    private static readonly TimeSpan s_answerPatience = TimeSpan.FromSeconds(10);

    private void Command(PoolEvent.Commanded commanded)
    {
        var request = commanded.Request;
        if (!_mayOrder.Allows(commanded.Peer))
        {
            _counters.Refuse(Refusal.Order);
            Log.OrderRefused(_log, request.Command, commanded.Peer.Uid, commanded.Peer.Gid, commanded.Peer.Pid);
            Answer(commanded, ExitCodes.NotPermitted, $"uid {commanded.Peer.Uid} may give this pool no orders (control-uid)");
        }
        else if (CodeChoice.WhyNot(request, commanded.Peer.Uid, Syscall.geteuid()) is { } reason)
        {
            _counters.Refuse(Refusal.Order);
            Log.CodeChoiceRefused(_log, request.Command, commanded.Peer.Uid, commanded.Peer.Gid, commanded.Peer.Pid, reason);
            Answer(commanded, ExitCodes.NotPermitted, reason);
        }
        else if (request.Release is { } release && LabelRule.WhyNot(release) is { } wrong)
        {
            Answer(commanded, ExitCodes.Usage, $"release: {wrong}");
        }
        else if (request.Command == "status")
        {
            BeginComparison(commanded.Reply);
        }
        else if (request.Command == "history")
        {
            TellHistory(commanded);
        }
        else if (request.Command == "reload")
        {
            Log.PoolOrdered(_log, request.Command, commanded.Peer.Uid, commanded.Peer.Pid);
            BeginReload(new PoolEvent.ReloadAsked(commanded.Reply));
        }
        else if (request.Command == "reopen")
        {
            _ = ReopenAsync(commanded);
        }
        else if (request.Command == "upgrade")
        {
            Upgrade(commanded);
        }
        else if (request.Command == "deploy")
        {
            Deploy(commanded);
        }
        else if (request.Command == "rollback")
        {
            Log.PoolOrdered(_log, request.Command, commanded.Peer.Uid, commanded.Peer.Pid);
            RollBack(commanded);
        }
        else if (Find(request.Zergling ?? "", out var problem) is { } zergling)
        {
            Log.Ordered(_log, request.Command, Describe(zergling), commanded.Peer.Uid, commanded.Peer.Pid);
            Order(commanded, zergling, FindMember(zergling.Id)!);
        }
        else
        {
            Answer(commanded, ExitCodes.Failed, problem);
        }
    }

    // Answered by the thread that writes the log: one that is stuck holds up nobody else.
    private async Task ReopenAsync(PoolEvent.Commanded commanded)
    {
        var (done, text) = await ProgramLog!.ReopenAsync();
        Answer(commanded, done ? ExitCodes.Ok : ExitCodes.Failed, text);
    }

    private void Order(PoolEvent.Commanded commanded, Zergling zergling, Member member)
    {
        var name = Describe(zergling);
        var mercy = _options.Mercy + s_answerPatience;
        switch (commanded.Request.Command)
        {
            case "pause" when member.Kind == MemberKind.Launcher:
                Answer(commanded, ExitCodes.Failed, $"{name} is a launcher: its workers cannot be paused");
                break;
            case "pause" or "resume" or "drain" when !member.Obeys:
                Answer(commanded, ExitCodes.Failed, $"{name} is a uWSGI without a legacy-fifo: it cannot be told");
                break;
            case "stop" when zergling.IsStranger && !member.Obeys:
                Answer(
                    commanded, ExitCodes.Failed,
                    $"{name} held the sockets when this pool started, and no record names it: end it by hand");
                break;
            case "pause" when member.State is not (MemberState.Accepting or MemberState.Paused):
            case "resume" when member.State is not (MemberState.Ready or MemberState.Standby or MemberState.Accepting
                or MemberState.Paused):
                Answer(
                    commanded, ExitCodes.Failed,
                    $"{name} is {member.State.ToString().ToLowerInvariant()}: it cannot {commanded.Request.Command} now");
                break;
            case "pause":
                Apply(zergling.Pool, new PolicyEvent.PauseAsked(member.Id));
                Wait(commanded, member, s_answerPatience, Effect.Paused, $"{name} is paused");
                break;
            case "resume":
                Apply(zergling.Pool, new PolicyEvent.ResumeAsked(member.Id));
                Wait(commanded, member, s_answerPatience, Effect.Accepting, $"{name} accepts");
                break;
            case "drain":
                Apply(zergling.Pool, new PolicyEvent.DrainAsked(member.Id, "drain was asked for"));
                Wait(commanded, member, mercy, Effect.Gone, $"{name} is drained and gone");
                break;
            case "stop":
                Apply(zergling.Pool, new PolicyEvent.StopAsked(member.Id, "stop was asked for"));
                Wait(commanded, member, mercy, Effect.Gone, $"{name} is gone");
                break;
            default:
                Answer(commanded, ExitCodes.Usage, $"unknown command '{commanded.Request.Command}'");
                break;
        }
    }

    private void Wait(
        PoolEvent.Commanded commanded, Member member, TimeSpan patience, Effect effect, string done)
    {
        if (commanded.Request.Command != "stop" && FindMember(member.Id) is { Obeys: false })
            Answer(commanded, ExitCodes.Failed, "it reads none of the legacy-fifo files: it cannot be told");
        else if (_pending.Count >= MaxPending)
            Answer(commanded, ExitCodes.TryAgain, $"ordered, but {MaxPending} others wait already: see zergpool status");
        else
            _pending.Add(new PendingCommand(member.Id, effect, done, _time.GetUtcNow() + patience, commanded.Reply));
    }

    private void AnswerPending()
    {
        foreach (var pending in _pending.ToList())
        {
            var member = FindMember(pending.Id);
            ControlReply? reply = pending.IsDone(member) ? new ControlReply { Message = pending.Done }
                : member is null ? new ControlReply { ExitCode = ExitCodes.Failed, Message = "the zergling is gone" }
                : _time.GetUtcNow() < pending.Until ? null
                : new ControlReply
                {
                    ExitCode = ExitCodes.Failed,
                    Message = $"the zergling did not do it in time, it is {member.State.ToString().ToLowerInvariant()}",
                };
            if (reply is null)
                continue;
            pending.Reply.TrySetResult(reply);
            _pending.Remove(pending);
        }
    }

    // By id, or by a name that only one has.
    private Zergling? Find(string asked, out string problem)
    {
        var named = _roster.Values.Where(one => one.Name == asked).ToList();
        problem = named.Count > 1
            ? $"'{asked}' is the name of zerglings {string.Join(", ", named.Select(one => one.Id))}: name one by its id"
            : $"no zergling '{asked}', see zergpool status";
        if (int.TryParse(asked, out var id) && _roster.TryGetValue(id, out var byId))
            return byId;
        return named.Count == 1 ? named[0] : null;
    }

    private static void Answer(PoolEvent.Commanded commanded, int exitCode, string message)
        => commanded.Reply.SetResult(new ControlReply { ExitCode = exitCode, Message = message });

    private static string State(PoolSocket socket) => socket switch
    {
        { IsHeld: false } => "missing",
        { IsShared: true } => "adopted",
        { Instead: not null } => "unlinked",
        _ => "held",
    };

    private StatusDocument Status(IReadOnlyList<string> differences)
    {
        var handovers = _policies.Values.Select(HandoverOf).ToList();
        return new StatusDocument
        {
            Pool = new PoolStatus(
                Environment.ProcessId, ProgramVersion.Text, _started, _imageStarted, Mono.Unix.Native.Syscall.geteuid(),
                Mono.Unix.Native.Syscall.getegid(), Generation,
                [.. _options.Pools.Select(pool => pool.Address.ToString())]),
            Sockets =
            [
                .. _table.Sockets.Select(socket => new SocketStatus(
                    socket.Info.Name, socket.Info.Address, socket.Info.Protocol, socket.Queue?.Queued,
                    socket.Queue?.Backlog, State(socket),
                    OneOfSeveral(_options.Pools.Where(pool => _table.Of(pool).Contains(socket)).Select(pool => pool.Address)))),
                .. _table.Leaving.Select(socket => new SocketStatus(
                    socket.Info.Name, socket.Info.Address, socket.Info.Protocol, socket.Queue?.Queued,
                    socket.Queue?.Backlog, "leaving", null)),
            ],
            Limits = Limits(),
            Differences = differences,
            Zerglings = [.. _roster.Values.Select(one => Status(one, FindMember(one.Id)!))],
            Deployments = [.. _deployments.Select(Status)],
            Handover = handovers.Find(handover => handover is not null),
            Rollback = [.. _policies.Select(pool => Status(pool.Key, pool.Value)).OfType<RollbackStatus>()],
            GoesBack = [.. _policies.Select(pool => GoingBack(pool.Key, pool.Value)).OfType<GoingBackStatus>()],
            Watch = [.. _policies.Select(pool => Watched(pool.Key, pool.Value)).OfType<WatchStatus>()],
            Pools = _policies.Count == 1 ? null :
            [
                .. _policies.Zip(handovers, (pool, handover) => new EachPoolStatus(
                    pool.Key.ToString(), pool.Value.Generation, handover)),
            ],
            History =
            [
                .. from pool in _policies
                   from record in pool.Value.History
                   orderby record.Started + record.Duration descending
                   select Entry(pool.Key, record) with { Pool = OneOfSeveral([pool.Key]) },
            ],
        };
    }

    private static string Text(HandoverOutcome outcome) => outcome switch
    {
        HandoverOutcome.Completed => "completed",
        HandoverOutcome.RolledBack => "rolled back",
        _ => "failed",
    };

    private HandoverStatus? HandoverOf(HandoverPolicy policy) => policy.Current is not { } current ? null
        : new HandoverStatus(
            current.To, current.From, current.Phase.ToString().ToLowerInvariant(), current.Started,
            policy.Exchanged is var (ready, workers, old)
                ? new ExchangeStatus(ready, workers, old, policy.ExchangedShare, policy.BakesUntil, current.Roll?.Reason) : null);

    private ZerglingStatus Status(Zergling zergling, Member member) => new(
        zergling.Id, zergling.Pid, zergling.Peer.Uid, member.Kind.ToString().ToLowerInvariant(), zergling.Name,
        zergling.App, member.Kind == MemberKind.Uwsgi ? null : member.Release, member.Generation,
        member.Mode.ToString().ToLowerInvariant(), member.State.ToString().ToLowerInvariant(), member.Since,
        member.State switch
        {
            MemberState.Starting => member.Attached + _options.ReadyTimeout,
            MemberState.Draining => member.Since + _options.Mercy,
            _ => null,
        },
        member.Attached, member.Ready, member.Served, zergling.Connections, zergling.Requests, [.. zergling.Workers.Keys], OneOfSeveral([zergling.Pool]))
    {
        Open = member.State == MemberState.Draining ? Remains(zergling) : null,
        Said = member.State == MemberState.Starting ? zergling.Said : null,
    };

    // Nobody asks which one where there is only one.
    private string? OneOfSeveral(IEnumerable<ListenAddress> pools) => _policies.Count == 1 ? null : string.Join(", ", pools);
}
