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

    private void Apply(PoolSpec pool, PolicyEvent happened)
    {
        var policy = _policies[pool];
        var before = (policy.Generation, policy.Members.Count);
        var orders = policy.Handle(happened, _time.GetUtcNow());
        foreach (var order in orders)
            Execute(order);
        if (orders.Count > 0 || before != (policy.Generation, policy.Members.Count))
            ReportToManager();
    }

    private void Execute(PolicyOrder order)
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
                Tell(zergling, new ResumeFrame(), 'p');
                break;
            case PolicyOrder.Pause pause when _roster.TryGetValue(pause.Id, out var zergling):
                Tell(zergling, new PauseFrame(), 'p');
                break;
            case PolicyOrder.Drain drain when _roster.TryGetValue(drain.Id, out var zergling):
                Log.Draining(_log, Describe(zergling), drain.Reason);
                Tell(zergling, new DrainFrame { Mercy = _options.Mercy.TotalSeconds, Reason = drain.Reason }, 'q');
                break;
            case PolicyOrder.Stop stop when _roster.TryGetValue(stop.Id, out var zergling):
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
        else if (!MasterFifo.Write(_options.LegacyFifos, zergling.Pid, 'Q'))
            zergling.Process?.Signal(Signals.SIGINT);
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
        else if (zergling.Process is not null && !MasterFifo.Write(_options.LegacyFifos, zergling.Pid, fifoCommand))
        {
            Log.NoFifo(_log, Describe(zergling));
            Apply(zergling.Pool, new PolicyEvent.Deaf(zergling.Id));
        }
    }

    private void EnforceMercy()
    {
        var now = _time.GetUtcNow();
        foreach (var zergling in _roster.Values.Where(one => one.KillAt <= now).ToList())
        {
            zergling.KillAt = null;
            foreach (var process in zergling.Workers.Values.Append(zergling.Session?.Process).Append(zergling.Process))
            {
                if (process?.Signal(Signals.SIGKILL) == true)
                    Log.Killed(_log, Describe(zergling), process.Pid);
            }
        }
    }
}
