using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zergling.Workers;

namespace Zergling;

/// <summary>The first start, renewals, and leaving.</summary>
internal sealed partial class Launcher
{
    private Fleet NewFleet() => new(_options.Processes, Target);

    // Those of the highest numbers come last and go first.
    private void Scale()
    {
        if (_phase == LauncherPhase.Leaving)
            return;
        Log.Scaled(_logger, Target, _options.Processes);
        foreach (var fleet in (Fleet[])[_current, .. _next is null ? (Fleet[])[] : [_next]])
        {
            var added = fleet.Scale(Target, out var surplus);
            foreach (var worker in surplus)
                Retire(worker, _options.Mercy);
            foreach (var number in added)
            {
                if (!fleet.IsLeaving)
                    Start(fleet, number);
            }

            if (fleet is { WasReady: false, IsLeaving: false, IsReady: true })
                BecomeReady(fleet);
        }

        Report();
    }

    private void StartAll(Fleet fleet)
    {
        foreach (var number in fleet.Numbers)
        {
            // The first that cannot be started makes the fleet leave.
            if (fleet.IsLeaving)
                return;
            Start(fleet, number);
        }
    }

    private void BecomeReady(Fleet fleet)
    {
        fleet.WasReady = true;
        if (fleet == _current)
        {
            _phase = LauncherPhase.Serving;
            _pools.Ready([.. fleet.Workers.Select(worker => worker.Readiness.ProbePath).OfType<string>()]);
            if (_pools.Sessions.All(session => session.IsPlain))
                EndProbes();
            Log.Ready(_logger, Target);
        }
        else
        {
            Log.Renewed(_logger, Target);
            var old = _current;
            _current = fleet;
            _next = null;
            Retire(old, _options.Mercy);
        }

        Report();
        _manager.Ready($"workers serving: {Target}");
        RenewAgain();
    }

    private void EndProbes()
    {
        foreach (var worker in _current.Workers)
            worker.Readiness.EndProbe();
    }

    private void Renew(string reason)
    {
        if (_phase == LauncherPhase.Leaving)
            return;
        if (_phase == LauncherPhase.Starting || _next is not null)
        {
            _renewAgain = true;
            Log.RenewalRemembered(_logger, reason);
            return;
        }

        Log.Renewing(_logger, reason);
        _manager.Reloading("new workers start");
        StartAll(_next = NewFleet());

        // Without any worker to wait for, as in an exchange that has come to its end.
        if (_next is { IsReady: true } empty)
            BecomeReady(empty);
    }

    private void RenewAgain()
    {
        if (!_renewAgain)
            return;
        _renewAgain = false;
        Renew("it was asked for meanwhile");
    }

    private void Fail(Fleet fleet, string reason, IReadOnlyList<string> lastLines)
    {
        if (fleet.IsLeaving)
            return;
        if (fleet == _current)
        {
            _pools.Failed(reason, lastLines);
            Leave(ExitCodes.Failed, reason, _options.Mercy);
            return;
        }

        Log.RenewalFailed(_logger, reason);
        _next = null;
        Retire(fleet, _options.Mercy);
        _manager.Ready($"the old workers serve: {reason}");
        RenewAgain();
    }

    private void Retire(Fleet fleet, TimeSpan mercy)
    {
        fleet.Leave();
        foreach (var worker in fleet.Workers)
            Retire(worker, mercy);
    }

    private void Retire(Worker worker, TimeSpan mercy)
    {
        _leaving.Add(worker);
        Stop(worker, mercy);
    }

    private void Leave(int exitCode, string reason, TimeSpan mercy)
    {
        if (_phase == LauncherPhase.Leaving)
            return;
        _phase = LauncherPhase.Leaving;
        _exitCode = exitCode;
        Reason = reason;
        Log.Leaving(_logger, reason, Duration.Format(mercy));
        _manager.Stopping(reason);
        Retire(_current, mercy);
        if (_next is not null)
            Retire(_next, mercy);
        Report();
    }

    // Once, before the first is killed: what its clients lose now.
    private void TellRemains()
    {
        var left = _leaving.Where(worker => worker.Exit is null).Select(worker => worker.Pid).ToList();
        if (_phase != LauncherPhase.Leaving || _remains is not null || left.Count == 0)
            return;
        var targets = _pools.Sockets.SelectMany(socket => ListenAddress.Parse(socket.Address).Value?.Resolve() ?? []);
        _remains = (AcceptedConnections.Of(left, targets) ?? new OpenConnections([], [])) with { Forced = true };
        Report();
    }

    private void KillAll()
    {
        TellRemains();
        foreach (var worker in _leaving)
            worker.Kill();
    }
}
