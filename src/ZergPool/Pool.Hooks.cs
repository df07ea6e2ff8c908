using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Handover;
using ZergPool.Hooks;
using ZergPool.Roster;

namespace ZergPool;

/// <content>Commands that hear of what happened. Nothing waits for them, and what becomes of them changes nothing.</content>
internal sealed partial class Pool
{
    private readonly HookQueue _hooks = new();

    // Gone from the roster when the policy says what that meant.
    private Zergling? _leaver;

    private void Tell(ListenAddress pool, HandoverRecord record) => Tell(new HookCall
    {
        Hook = record.Outcome switch
        {
            HandoverOutcome.Completed => HookNames.Handover,
            HandoverOutcome.RolledBack => HookNames.RolledBack,
            _ => HookNames.Failed,
        },
        Pool = pool.ToString(),
        Id = record.To,
        Pid = PidOf(record.To),
        Release = record.Release,
        Generation = FindMember(record.To)?.Generation ?? 0,
        Reason = record.Reason,
        From = record.From,
        Seconds = record.Duration.TotalSeconds,
    });

    private void Tell(string hook, ListenAddress pool, Member member, string reason = "", TimeSpan? took = null)
        => Tell(new HookCall
        {
            Hook = hook,
            Pool = pool.ToString(),
            Id = member.Id,
            Pid = PidOf(member.Id),
            Release = member.Release,
            Generation = member.Generation,
            Reason = reason,
            Seconds = took?.TotalSeconds,
        });

    private void Tell(HookCall call)
    {
        if (!_options.Hooks.ContainsKey(call.Hook))
            return;
        if (!_hooks.Add(call))
            Log.HookDropped(_log, call.Hook, call.Release);
        StartHooks();
    }

    private int PidOf(int id) => _roster.TryGetValue(id, out var zergling) ? zergling.Pid
        : _leaver?.Id == id ? _leaver.Pid : 0;

    // A reload may have changed what is run, or that anything is.
    private void StartHooks()
    {
        while (_hooks.Next() is { } call)
        {
            if (_options.Hooks.TryGetValue(call.Hook, out var command))
                Start(call, command);
        }
    }

    private void Start(HookCall call, IReadOnlyList<string> command)
    {
        try
        {
            var environment = EnvironmentOfChildren();
            call.Set(environment);
            using var output = Duplicate(2);
            var process = Spawn.Start(new SpawnRequest
            {
                Program = Shell,
                Arguments = InShell(command),
                Environment = environment,
                Output = output,
                Error = output,
            });
            _hooks.Begin(new HookRun(call, process, _time.GetUtcNow() + _options.HookTimeout));
            Watch(process);
        }
        catch (SyscallException problem)
        {
            Log.HookFailed(_log, call.Hook, call.Release, problem.Message);
        }
    }

    private bool HookEnded(ProcessHandle process)
    {
        if (_hooks.End(process) is not { } run)
            return false;
        var status = process.TryWait();
        run.Dispose();
        if (run.IsLate)
            Log.HookFailed(_log, run.Call.Hook, run.Call.Release, "was not through in time (hook-timeout)");
        else if (status is not { Exited: true, Number: 0 })
            Log.HookFailed(_log, run.Call.Hook, run.Call.Release, $"ended with {status}");
        StartHooks();
        return true;
    }

    private void RestoreHooks(IEnumerable<HookRun> running, IEnumerable<HookCall> waiting)
    {
        foreach (var run in running)
        {
            _hooks.Begin(run);
            Watch(run.Process);
        }

        foreach (var call in waiting)
            _hooks.Add(call);
    }

    // An image that cannot read of them would leave them zombies.
    private void AbandonHooks()
    {
        foreach (var run in _hooks.Clear())
        {
            Log.HookFailed(_log, run.Call.Hook, run.Call.Release, "is ended: the next program knows nothing of it");
            run.Process.KillGroup();
            Reap(run.Process, run);
        }
    }
}
