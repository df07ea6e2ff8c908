using Zerg.Configuration;
using Zerg.Posix;
using Zergling.Readiness;
using Zergling.Workers;

namespace Zergling;

/// <summary>The life of a worker, from its start to its end.</summary>
internal sealed partial class Launcher
{
    // "start" means: its command was executed, and a second later it is still there. Shorter would let a program
    // through that dies over a missing module or a wrong option, which is what most broken releases die of.
    private static readonly TimeSpan s_settleTime = TimeSpan.FromSeconds(1);

    // Many servers close a connection that they have accepted and not read from when they are told to stop. So they
    // are kept from accepting first, for as long as a loaded one may need to read what its clients have sent.
    private static readonly TimeSpan s_quietTime = TimeSpan.FromMilliseconds(500);

    // What an ended worker wrote may wait for somebody who reads the launcher's output; its end must not.
    private static readonly TimeSpan s_outputPatience = TimeSpan.FromSeconds(1);

    private void Start(Fleet fleet, int number)
    {
        try
        {
            var worker = _starter.Start(number, _pools.Sockets);
            fleet.Add(worker);
            worker.SetTimer(WorkerDeadline.Ready, _options.ReadyTimeout, due => PostDue(worker, due));
            if (_options.Ready.Kind == ReadyKind.Http)
                Ask(worker);
            Log.WorkerStarted(_logger, number, worker.Pid);
            Report();
        }
        catch (IOException problem) when (fleet.WasReady)
        {
            var wait = ScheduleRestart(fleet, number, TimeSpan.Zero);
            Log.WorkerNotStarted(_logger, number, problem.Message, Duration.Format(wait));
        }
        catch (IOException problem)
        {
            Fail(fleet, $"worker {number} cannot be started: {problem.Message}", []);
        }
    }

    private void Ask(Worker worker)
    {
        // It ends with the watch, and posts nothing then; so nobody needs to wait for it.
        _ = AskAsync();

        async Task AskAsync()
        {
            if (await worker.Readiness.AskAsync(_time))
                _post.TryWrite(new LauncherEvent.Answered(worker));
        }
    }

    private void Settle(Worker worker)
    {
        if (worker.State == WorkerState.Starting && _options.Ready.Kind is ReadyKind.Start or ReadyKind.Delay)
        {
            var time = _options.Ready.Kind == ReadyKind.Delay ? _options.Ready.Delay : s_settleTime;
            worker.SetTimer(WorkerDeadline.Settled, time, due => PostDue(worker, due));
        }
    }

    private void Hear(Worker worker, Notification notification)
    {
        // A sender that has ended already cannot be placed any more (systemd-notify in a script); the socket's path
        // is known to its worker alone, so that is no reason to ignore it.
        if (ProcessFamily.Contains(worker.Pid, notification.Pid) == false)
        {
            Log.StrangeNotification(_logger, notification.Pid, worker.Number);
            return;
        }

        if (notification.Status is { } status && status != worker.Status)
        {
            worker.Status = status;
            Log.WorkerStatus(_logger, worker.Number, status);
        }

        if (notification.Responses is { } responses && responses.CanFollow(worker.Responses))
        {
            worker.Responses = responses;
            if (!_areResponsesNew)
                LookSoon();
            _areResponsesNew = true;
        }

        if (notification.IsReady && _options.Ready.Kind == ReadyKind.Notify)
            BecomeReady(worker);
    }

    private void BecomeReady(Worker worker)
    {
        if (worker.State != WorkerState.Starting || worker.Exit is not null)
            return;
        worker.State = WorkerState.Ready;
        worker.ClearTimer(WorkerDeadline.Ready);
        worker.ClearTimer(WorkerDeadline.Settled);
        worker.Readiness.EndAsking();
        if (FleetOf(worker) != _current || _current.WasReady)
            worker.Readiness.EndProbe();
        Log.WorkerReady(_logger, worker.Number, worker.Pid, Duration.Format(Rounded(worker.Age)));
        if (FleetOf(worker) is { WasReady: false, IsReady: true } fleet)
            BecomeReady(fleet);
        else if (_phase == LauncherPhase.Serving)
            Report();
    }

    private void TimeIsUp(Worker worker, WorkerDeadline deadline)
    {
        switch (deadline)
        {
            case WorkerDeadline.Settled:
                BecomeReady(worker);
                break;
            case WorkerDeadline.Ready when worker.State == WorkerState.Starting:
                worker.Output.Report(lines => _post.TryWrite(new LauncherEvent.Late(worker, lines)));
                break;
            case WorkerDeadline.Quiet:
                worker.Signal(_options.StopSignal.Number);
                break;
            case WorkerDeadline.Mercy when worker.Exit is null:
                TellRemains();
                Log.WorkerKilled(_logger, worker.Number, worker.Pid);
                worker.Kill();
                break;
            case WorkerDeadline.Output:
                Bury(worker, []);
                break;
        }
    }

    private void GiveUpOn(Worker worker, IReadOnlyList<string> lastLines)
    {
        if (worker.State != WorkerState.Starting || FleetOf(worker) is not { } fleet)
            return;
        var reason = TooLate.Describe(worker, _options.ReadyTimeout);
        if (!fleet.WasReady)
        {
            Fail(fleet, reason, lastLines);
            return;
        }

        Log.WorkerLate(_logger, reason);
        worker.Kill();
    }

    private void Stop(Worker worker, TimeSpan mercy)
    {
        if (worker.State is WorkerState.Stopping or WorkerState.Ended)
            return;
        worker.State = WorkerState.Stopping;
        worker.ClearTimer(WorkerDeadline.Ready);
        worker.Readiness.EndProbe();
        if (EpollSets.Remove(worker.Pid, [.. _pools.Sockets.Select(socket => socket.Descriptor)]))
            worker.SetTimer(WorkerDeadline.Quiet, s_quietTime, due => PostDue(worker, due));
        else
            worker.Signal(_options.StopSignal.Number);
        worker.SetTimer(WorkerDeadline.Mercy, mercy, due => PostDue(worker, due));
    }

    private void CollectOutput(Worker worker, ExitStatus status)
    {
        worker.Exit = status;
        worker.SetTimer(WorkerDeadline.Output, s_outputPatience, due => PostDue(worker, due));
        worker.Output.Report(lines => _post.TryWrite(new LauncherEvent.OutputComplete(worker, lines)));
    }

    private void Bury(Worker worker, IReadOnlyList<string> lastLines)
    {
        if (worker.State == WorkerState.Ended)
            return;
        var state = worker.State;
        worker.State = WorkerState.Ended;
        _answered = Sum(_answered, worker.Responses);
        worker.Dispose();
        if (_leaving.Remove(worker))
            Log.WorkerLeft(_logger, worker.Number, worker.Pid, worker.Exit.ToString()!);
        else if (FleetOf(worker) is { } fleet && fleet.Remove(worker))
            Replace(fleet, worker, state, lastLines);
        Report();
    }

    private void Replace(Fleet fleet, Worker dead, WorkerState state, IReadOnlyList<string> lastLines)
    {
        if (!fleet.WasReady && state == WorkerState.Starting)
        {
            Fail(fleet, $"worker {dead.Number} ended with {dead.Exit} before it was ready", lastLines);
            return;
        }

        _crashes++;
        _said = lastLines is [.., var last] ? last : null;
        var wait = ScheduleRestart(fleet, dead.Number, dead.Age);
        Log.WorkerDied(_logger, dead.Number, dead.Pid, dead.Exit.ToString()!, Duration.Format(wait));
    }

    private TimeSpan ScheduleRestart(Fleet fleet, int number, TimeSpan life) => fleet.ScheduleRestart(
        number, life, _time, () => _post.TryWrite(new LauncherEvent.RestartDue(fleet, number)));

    private Fleet? FleetOf(Worker worker)
        => _current.Workers.Contains(worker) ? _current : _next?.Workers.Contains(worker) == true ? _next : null;

    private void PostDue(Worker worker, WorkerDeadline deadline)
        => _post.TryWrite(new LauncherEvent.Due(worker, deadline));

    private static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Round(time.TotalMilliseconds));
}
