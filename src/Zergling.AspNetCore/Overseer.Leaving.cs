using Zerg;

namespace Zergling.AspNetCore;

/// <content>The ways out: drained, stopped, failed.</content>
internal sealed partial class Overseer
{
    // A handler that goes on after its connection was aborted, or a host that never finishes its start, may not hold
    // up the end for longer.
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(5);

    /// <summary>Returns once the drain is over: for whoever stops the host by himself.</summary>
    public async Task LeaveAsync()
    {
        if (_stopping)
            return;
        Post(new ZerglingEvent.Leave("the app stops"));
        await _drained.Task;
    }

    /// <summary>Ends a start that is under way: nobody has been accepted yet.</summary>
    public void Interrupt(string reason)
    {
        _reason = reason;
        _application.StopApplication();
    }

    private async Task DrainAsync(Attachment attachment, ZergOrder.Drain order)
    {
        Log.Ordered(_log, attachment.Source, "drain");
        attachment.IsDraining = true;

        // One of several pools: the others still want this process. An orphan's sockets may be nobody else's by now,
        // and no new release gets them before its pool is back.
        if (_attachments.TrueForAll(
            other => other.IsDraining || (other.IsOrphan && !other.ServesInTheEnd(_options.Mode))))
            await DrainAllAsync(order.Reason, order.Mercy);
        else if (_attachments.Find(other => other.ServesInTheEnd(_options.Mode)) is { } orphan)
            Log.Remains(_log, orphan.Source);
        await ApplyAsync(attachment);
    }

    private async Task DrainAllAsync(string reason, TimeSpan mercy)
    {
        if (!_warm)
        {
            // Nobody has been accepted yet.
            await StopAsync(reason, ExitCodes.Ok);
            return;
        }

        if (_leaving)
        {
            // Who asks again may only want it sooner.
            _hurry.CancelAfter(mercy);
            return;
        }

        _leaving = true;
        await _aside.CancelAsync();
        _register.BeginDrain();
        Log.Draining(_log, reason, mercy.TotalSeconds, _register.Count);
        _reason = reason;
        foreach (var attachment in _attachments)
        {
            attachment.IsDraining = true;
            await ApplyAsync(attachment);
        }

        NotifySocket.Tell("STOPPING=1");
        _draining = FinishAsync(mercy);
    }

    private async Task FinishAsync(TimeSpan mercy)
    {
        var told = _lifetime.Begin();
        var deadline = _time.GetTimestamp() + (long)(mercy.TotalSeconds * _time.TimestampFrequency);
        var clean = false;
        try
        {
            clean = await _drain.RunAsync(mercy, () => Post(new ZerglingEvent.Tick()), _hurry.Token);
            if (clean)
                Log.Drained(_log);
            else
                Log.Forced(_log);

            // The app's own callbacks: they may block or throw, but not keep the process.
            var left = _time.GetElapsedTime(_time.GetTimestamp(), deadline);
            await told.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, _hurry.Token);
        }
        catch (Exception problem)
        {
            clean = false;
            Log.Failed(_log, problem, nameof(ZergLifetime.Draining));
        }
        finally
        {
            // By the loop, which makes all reports; without one the end has begun.
            var timeout = clean ? _shutdownTimeout : s_stuck;
            if (!_events.Writer.TryWrite(new ZerglingEvent.Finished(timeout)))
                await EndAsync(timeout);
        }
    }

    private Task EndAsync(TimeSpan timeout)
    {
        try
        {
            // The pool hears of the last responses as well: the farewell comes with the stop.
            Report();
        }
        finally
        {
            _drained.TrySetResult();

            // Not here: callbacks of the app run in it, and one that blocks would keep the loop from a second signal.
            _ = Task.Run(() => Stop(timeout));
        }

        return Task.CompletedTask;
    }

    private async Task FailAsync(string reason)
    {
        Log.NotReady(_log, reason);
        await FailedAsync(reason);
        await StopAsync(reason, ExitCodes.Failed);
    }

    private async Task StopAsync(string reason, int exitCode)
    {
        Log.Stopped(_log, reason, exitCode);
        _reason = reason;
        Environment.ExitCode = exitCode;
        await _hurry.CancelAsync();
        _drained.TrySetResult();
        Stop(s_stuck);
        foreach (var attachment in _attachments)
            await ApplyAsync(attachment);
        await _drain.ForceAsync(TimeSpan.Zero, _hurry.Token);

        if (!_application.ApplicationStarted.IsCancellationRequested)
        {
            await Task.Delay(s_stuck, _time, _over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_over.IsCancellationRequested)
                Environment.Exit(exitCode);
        }
    }

    private void Stop(TimeSpan timeout)
    {
        _stopping = true;
        _host.ShutdownTimeout = timeout < _shutdownTimeout ? timeout : _shutdownTimeout;
        _application.StopApplication();
    }
}
