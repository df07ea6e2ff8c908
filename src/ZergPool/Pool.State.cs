using Zerg.Configuration;
using Zerg.Programs;
using ZergPool.Control;
using ZergPool.Deploying;
using ZergPool.Handover;
using ZergPool.Hooks;
using ZergPool.Roster;
using ZergPool.Upgrading;

namespace ZergPool;

/// <content>What one image of the pool hands over to the next.</content>
internal sealed partial class Pool
{
    private PoolState Freeze(Bequest bequest) => new()
    {
        Program = ProgramVersion.Text,
        Started = _started,
        LastId = _lastId,
        HasPast = _hasPast,
        LookForStrangersAt = _lookForStrangersAt,
        UpAt = _upAt,
        Clock = (_time as SteadyTime)?.Origin,
        Sockets = _table.Freeze(bequest),
        Pools =
        [
            .. _own.FreezePools(bequest)
                .Select(own => new EachPoolState(
                    own.State, _policies[own.Pool.Address].Snapshot(),
                    _recorded.TryGetValue(own.Pool.Address, out var recorded) ? recorded : null)),
        ],
        Controls = [.. _own.FreezeControls(_options, bequest)],
        LastDeployment = _lastDeployment,
        Deployments = [.. _deployments.Select(one => one.Freeze(bequest))],
        Remembered = [.. _remembered.Select(one => new RememberedState(one.Key, LaunchState.Of(one.Value)))],
        Zerglings = [.. _roster.Values.Select(one => one.Freeze(bequest))],
        Handshakes = [.. _handshakes.Select(session => session.Freeze(bequest))],
        Waiting =
        [
            .. _entrances!.Waiting.Select(one => new WaitingState(
                one.Pool.ToString(), bequest.Add(one.Socket.SafeHandle))),
        ],
        Metrics = _own.Metrics?.Freeze(bequest),
        Counters = _counters,
        Hooks = [.. _hooks.Running.Select(run => run.Freeze(bequest))],
        WaitingHooks = [.. _hooks.Waiting],
        Journals = Journals is null ? null : [.. Journals.Freeze(bequest)],
        Orders =
        [
            .. _entrances.Controls.SelectMany(control => control.Interrupted).Select(one => Freeze(one, bequest)),
        ],
    };

    // An order that waits for neither an effect nor this upgrade is given again: it reads the configuration, or opens
    // the log, and what comes of that here nobody would hear.
    private OrderState Freeze(ControlConnection connection, Bequest bequest)
    {
        var state = connection.Freeze(bequest);
        if (_upgrade?.Reply == connection.Reply)
            return state with { IsUpgrade = true, Received = null };
        return _pending.Find(one => one.Reply == connection.Reply) is { } pending
            ? state with
            {
                Awaited = new AwaitedState(pending.Id, pending.Effect, pending.Done, pending.Until),
                Received = null,
            }
            : state;
    }

    /// <summary>Goes on where the image before this one stopped; to be called before the entrances open.</summary>
    public void Restore(Inheritance inheritance, Entrances entrances)
    {
        var state = inheritance.State;
        _goesOn = true;
        _started = state.Started;
        _counters = state.Counters ?? _counters;
        _counters.Upgrades++;
        _lastId = state.LastId;
        _hasPast = state.HasPast;
        _lookForStrangersAt = state.LookForStrangersAt;
        _upAt = state.UpAt;
        if (_time is SteadyTime time && state.Clock is { } clock)
            time.Origin = clock;
        foreach (var one in state.Pools)
        {
            var pool = ListenAddress.Parse(one.Socket.Address).Value!;
            _policies[pool] = HandoverPolicy.Restore(LimitsOf(_options), one.Policy);
            if (one.Recorded is { } recorded)
                _recorded[pool] = recorded;
        }

        _lastDeployment = state.LastDeployment;
        foreach (var one in state.Deployments)
        {
            var deployment = Deployment.Thaw(one, inheritance);
            _deployments.Add(deployment);
            if (deployment.Process is { } launcher)
                Watch(launcher);
        }

        foreach (var (release, launch) in state.Remembered ?? [])
            _remembered[release] = launch.Thaw();
        RestoreHooks((state.Hooks ?? []).Select(one => HookRun.Thaw(one, inheritance)), state.WaitingHooks ?? []);
        foreach (var one in state.Zerglings)
            Restore(Zergling.Thaw(one, inheritance));
        foreach (var one in state.Handshakes)
        {
            _handshakeSlots.Wait(0);
            var session = Session.Thaw(one, inheritance);
            _handshakes.Add(session);
            Run(session);
        }

        foreach (var one in state.Waiting)
            entrances.Adopt(ListenAddress.Parse(one.Pool).Value!, inheritance.ClaimSocket(one.Descriptor));
        foreach (var one in state.Orders)
            Restore(one, ControlConnection.Thaw(one, inheritance), entrances, state.Program);
        Log.Upgraded(_log, state.Program, ProgramVersion.Text, _bySession.Count, state.Sockets.Count);
    }

    private void Restore(Zergling zergling)
    {
        _roster.Add(zergling.Id, zergling);
        if (zergling.Process is { } process)
            Watch(process);
        if (zergling.Session is { } session)
        {
            _bySession.Add(session, zergling);
            Run(session);
            return;
        }

        foreach (var worker in zergling.Workers.Values)
            Watch(worker);
    }

    private void Restore(OrderState state, ControlConnection connection, Entrances entrances, string before)
    {
        entrances.Controls[0].Adopt(connection);
        if (state.Awaited is { } awaited)
        {
            _pending.Add(new PendingCommand(
                awaited.Zergling, awaited.Effect, awaited.Done, awaited.Until, connection.Reply));
        }

        if (state.IsUpgrade)
        {
            connection.Reply.TrySetResult(new ControlReply
            {
                Message = $"pid {Environment.ProcessId} runs zergpool {ProgramVersion.Text}, and ran {before} before",
            });
        }
    }
}
