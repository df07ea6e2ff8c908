using Microsoft.Extensions.Logging;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using ZergPool.Handover;
using ZergPool.Roster;

namespace ZergPool;

/// <content>What the policy decides is done here.</content>
internal sealed partial class Pool
{
    /// <summary>Every member of every pool.</summary>
    private IEnumerable<Member> Members => _policies.Values.SelectMany(policy => policy.Members.Values);

    /// <summary>The highest generation that a pool of this process has come to.</summary>
    private int Generation => _policies.Values.Max(policy => policy.Generation);

    private Member? FindMember(int id) => Members.FirstOrDefault(member => member.Id == id);

    private void Apply(ListenAddress pool, PolicyEvent happened)
    {
        var policy = _policies[pool];
        var before = (policy.Generation, policy.Members.Count);
        var (window, exchange, goesBack) = (policy.Window, policy.UnderWay, policy.GoesBack);
        var orders = policy.Handle(happened, _time.GetUtcNow());

        // Before anybody hears of it: after a crash nobody may have been told what the record does not know.
        if (before.Generation != policy.Generation || window != policy.Window || exchange != policy.UnderWay
            || goesBack != policy.GoesBack)
            WriteRecords();
        foreach (var order in orders)
            Execute(pool, order);
        if (orders.Count > 0 || before != (policy.Generation, policy.Members.Count))
            ReportToManager();
        FollowDeployments();
    }

    private void Execute(ListenAddress pool, PolicyOrder order)
    {
        switch (order)
        {
            case PolicyOrder.Note note:
                Log.Policy(_log, note.Level switch
                {
                    NoteLevel.Error => LogLevel.Error,
                    NoteLevel.Warning => LogLevel.Warning,
                    _ => LogLevel.Information,
                }, note.Text);
                break;
            case PolicyOrder.Resume resume when _roster.TryGetValue(resume.Id, out var zergling):
                Tell(zergling, new ResumeFrame { Generation = resume.Generation }, 'p');
                break;
            case PolicyOrder.Pause pause when _roster.TryGetValue(pause.Id, out var zergling):
                Tell(zergling, new PauseFrame(), 'p');
                break;
            case PolicyOrder.PutAside aside when _roster.TryGetValue(aside.Id, out var zergling):
                Log.PutAside(_log, Describe(zergling), aside.Reason);
                Tell(zergling, new PauseFrame { Standby = true }, 'p');
                break;
            case PolicyOrder.Scale scale when _roster.TryGetValue(scale.Id, out var zergling):
                zergling.Session?.Send(new ScaleFrame { Workers = scale.Workers });
                break;
            case PolicyOrder.Check check when _roster.TryGetValue(check.Id, out var zergling):
                StartCheck(zergling);
                break;
            case PolicyOrder.Forced forced:
                Write(pool, forced.Record);
                break;
            case PolicyOrder.Over over:
                _counters.Add(pool.ToString(), over.Record);
                Write(pool, over.Record);
                Tell(pool, over.Record);
                break;
            case PolicyOrder.Ready ready:
                Tell(HookNames.Ready, pool, ready.Member, took: ready.Took);
                break;
            case PolicyOrder.Drained drained:
                Tell(HookNames.Drained, pool, drained.Member, drained.Reason, drained.Took);
                break;
            case PolicyOrder.StartAgain again:
                StartAgain(again.Release);
                break;
            case PolicyOrder.Drain drain when _roster.TryGetValue(drain.Id, out var zergling):
                Log.Draining(_log, Describe(zergling), drain.Reason);
                NoteLeaving(drain.Id);
                zergling.DeafAt ??= _time.GetUtcNow() + _options.Mercy + s_answerPatience;
                Tell(zergling, new DrainFrame { Mercy = _options.Mercy.TotalSeconds, Reason = drain.Reason }, 'q');
                break;
            case PolicyOrder.Stop stop when _roster.TryGetValue(stop.Id, out var zergling):
                NoteLeaving(stop.Id);
                if (FindMember(stop.Id) is { IsForced: true })
                    NoteForce(zergling, stop.Reason);
                Stop(zergling, stop);
                zergling.KillAt ??= _time.GetUtcNow() + _options.Mercy;
                break;
            case PolicyOrder.Dismiss dismiss when _roster.TryGetValue(dismiss.Id, out var zergling):
                Dismiss(zergling);
                zergling.KillAt ??= _time.GetUtcNow() + _options.Mercy;
                break;
        }
    }

    // A uWSGI that reads no FIFO of ours is stopped as uwsgi --stop does it.
    private void Stop(Zergling zergling, PolicyOrder.Stop stop)
    {
        if (zergling.Session is { } session)
            session.Send(new StopFrame { Reason = stop.Reason, ExitCode = stop.ExitCode });
        else if (zergling.Process is { } process && !Tell(zergling, process, 'Q'))
            Signal(zergling, process, Signals.SIGINT);
    }

    private void Dismiss(Zergling zergling)
    {
        var told = zergling.Workers.Values.ToLookup(worker => worker.Signal(Signals.SIGTERM));
        if (told[true].Any())
            Log.Dismissed(_log, Describe(zergling), string.Join(", ", told[true].Select(worker => worker.Pid)));
        foreach (var worker in told[false].Where(worker => worker.IsAlive))
            Log.NotDismissed(_log, Describe(zergling), worker.Pid);
    }

    private void Tell(Zergling zergling, Frame frame, char fifoCommand)
    {
        if (zergling.Session is { } session)
        {
            session.Send(frame);
        }
        else if (zergling.Process is { } process && !Tell(zergling, process, fifoCommand))
        {
            Log.NoFifo(_log, Describe(zergling));
            Apply(zergling.Pool, new PolicyEvent.Deaf(zergling.Id));
        }
    }

    private bool Tell(Zergling zergling, ProcessHandle process, char fifoCommand)
    {
        var isTold = MasterFifo.Write(_options.LegacyFifos, process, zergling.Peer.Uid, fifoCommand, out var refusal);
        if (refusal is not null && !isTold)
            Log.FifoRefused(_log, Describe(zergling), refusal);
        return isTold;
    }

    private void EnforceMercy()
    {
        var now = _time.GetUtcNow();
        foreach (var zergling in _roster.Values.Where(one => one.DeafAt <= now).ToList())
        {
            // One that hangs would accept for ever beside its successor. Workers of a launcher are told to leave after it.
            zergling.DeafAt = null;
            if (FindMember(zergling.Id) is { IsLeaving: true, Serves: true } && zergling.Session?.Process is { } deaf)
                Kill(zergling, deaf);
        }

        foreach (var zergling in _roster.Values.Where(one => one.KillAt <= now).ToList())
        {
            zergling.KillAt = null;
            if (FindMember(zergling.Id) is { State: MemberState.Draining })
                NoteForce(zergling, MercyOver);
            foreach (var process in zergling.Workers.Values.Append(zergling.Session?.Process).Append(zergling.Process))
            {
                if (process is not null)
                    Kill(zergling, process);
            }
        }
    }

    private void Kill(Zergling zergling, ProcessHandle process)
    {
        if (Signal(zergling, process, Signals.SIGKILL))
            Log.Killed(_log, Describe(zergling), process.Pid);
    }

    private bool Signal(Zergling zergling, ProcessHandle process, int signal)
    {
        var isSent = process.Signal(signal);
        if (!isSent && process.IsAlive)
        {
            Log.NotSignalled(
                _log, Describe(zergling), process.Pid,
                zergling.IsStranger ? "it held the sockets when this pool started, and no record names it: end it by hand"
                    : $"uid {zergling.Peer.Uid}, which attached, may not signal it");
        }

        return isSent;
    }
}
