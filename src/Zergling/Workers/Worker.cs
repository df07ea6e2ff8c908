using Zerg;
using Zerg.Posix;
using Zergling.Output;
using Zergling.Readiness;

namespace Zergling.Workers;

/// <summary>One worker process. The owner loop alone changes it.</summary>
internal sealed class Worker(int number, ProcessHandle process, TimeProvider time) : IDisposable
{
    private readonly Dictionary<WorkerDeadline, ITimer> _timers = [];
    private readonly long _started = time.GetTimestamp();

    /// <summary>Counted from 1; a worker that replaces another one has its number.</summary>
    public int Number => number;

    public int Pid => process.Pid;

    public ProcessHandle Process => process;

    public WorkerState State { get; set; }

    public required WorkerOutput Output { get; init; }

    public required ReadinessWatch Readiness { get; init; }

    /// <summary>What it last said of itself.</summary>
    public string? Status { get; set; }

    /// <summary>What it last said that it has answered; null while it has not.</summary>
    public ZergResponses? Responses { get; set; }

    /// <summary>How its process ended; its output may be incomplete still.</summary>
    public ExitStatus? Exit { get; set; }

    /// <summary>Its last lines, once its output is complete.</summary>
    public IReadOnlyList<string>? LastLines { get; set; }

    public TimeSpan Age => time.GetElapsedTime(_started);

    /// <summary>Calls back at a time from now.</summary>
    public void SetTimer(WorkerDeadline deadline, TimeSpan after, Action<WorkerDeadline> due)
    {
        ClearTimer(deadline);
        _timers[deadline] = time.CreateTimer(_ => due(deadline), null, after, Timeout.InfiniteTimeSpan);
    }

    public void ClearTimer(WorkerDeadline deadline)
    {
        if (_timers.Remove(deadline, out var timer))
            timer.Dispose();
    }

    /// <summary>Sends a signal to the process alone: what its children hear is its own business.</summary>
    public void Signal(int signal)
    {
        if (Exit is null)
            process.Signal(signal);
    }

    /// <summary>Kills the process and its group; not after it was collected, when its id is free.</summary>
    public void Kill() => process.KillGroup();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var timer in _timers.Values)
            timer.Dispose();
        Readiness.Dispose();
        process.Dispose();
    }
}
