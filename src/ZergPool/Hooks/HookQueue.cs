using Zerg.Posix;

namespace ZergPool.Hooks;

/// <summary>Few commands at a time, the others in order, and never too many of those.</summary>
internal sealed class HookQueue : IDisposable
{
    private const int MostRunning = 4;
    private const int MostWaiting = 64;

    private readonly List<HookRun> _running = [];
    private readonly Queue<HookCall> _waiting = [];

    /// <summary>Those at work.</summary>
    public IReadOnlyList<HookRun> Running => _running;

    /// <summary>Those whose turn has not come.</summary>
    public IReadOnlyCollection<HookCall> Waiting => _waiting;

    /// <summary>Has one wait for its turn; false when there is no room for it.</summary>
    public bool Add(HookCall call)
    {
        if (_waiting.Count >= MostWaiting)
            return false;
        _waiting.Enqueue(call);
        return true;
    }

    /// <summary>The one whose turn it is; null when nobody's.</summary>
    public HookCall? Next() => _running.Count < MostRunning && _waiting.TryDequeue(out var next) ? next : null;

    /// <summary>It is at work.</summary>
    public void Begin(HookRun run) => _running.Add(run);

    /// <summary>The one whose process has ended, which is no longer among those at work; null when it is none.</summary>
    public HookRun? End(ProcessHandle process)
    {
        var ended = _running.Find(run => run.Process == process);
        _ = ended is not null && _running.Remove(ended);
        return ended;
    }

    /// <summary>Ends those whose time is over.</summary>
    public void Enforce(DateTimeOffset now)
    {
        for (var index = 0; index < _running.Count; index++)
        {
            if (_running[index] is not { IsLate: false } run || run.Until > now)
                continue;
            _running[index] = run with { IsLate = true };
            run.Process.KillGroup();
        }
    }

    /// <summary>Forgets all of them.</summary>
    public IReadOnlyList<HookRun> Clear()
    {
        HookRun[] running = [.. _running];
        _running.Clear();
        _waiting.Clear();
        return running;
    }

    /// <inheritdoc/>
    public void Dispose() => _running.ForEach(run => run.Dispose());
}
