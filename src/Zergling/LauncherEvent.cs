using Zerg;
using Zerg.Posix;
using Zergling.Pools;
using Zergling.Workers;

namespace Zergling;

/// <summary>What the owner loop hears of.</summary>
internal abstract record LauncherEvent
{
    /// <summary>Somebody sent this program a signal.</summary>
    internal sealed record Signalled(int Number) : LauncherEvent;

    /// <summary>A pool gave an order, went, or came back.</summary>
    internal sealed record Heard(PoolLink Pool, PoolNews News) : LauncherEvent;

    /// <summary>The command of a worker has been executed.</summary>
    internal sealed record Executed(Worker Worker) : LauncherEvent;

    /// <summary>A worker, or somebody who found its socket, said something.</summary>
    internal sealed record Notified(Worker Worker, Notification Notification) : LauncherEvent;

    /// <summary>A worker answered its http check.</summary>
    internal sealed record Answered(Worker Worker) : LauncherEvent;

    /// <summary>A worker's process ended.</summary>
    internal sealed record Ended(Worker Worker, ExitStatus Status) : LauncherEvent;

    /// <summary>All that an ended worker wrote has been passed on.</summary>
    internal sealed record OutputComplete(Worker Worker, IReadOnlyList<string> LastLines) : LauncherEvent;

    /// <summary>A worker was not ready in time, and these are its last lines so far.</summary>
    internal sealed record Late(Worker Worker, IReadOnlyList<string> LastLines) : LauncherEvent;

    /// <summary>A worker wrote a line that was too long.</summary>
    internal sealed record LineCut(int Worker) : LauncherEvent;

    /// <summary>Something that reports to the loop failed in a way that nobody foresaw.</summary>
    internal sealed record Broken(Exception Problem) : LauncherEvent;

    /// <summary>A worker's time is up.</summary>
    internal sealed record Due(Worker Worker, WorkerDeadline Deadline) : LauncherEvent;

    /// <summary>It is time to look at what the workers write while they start.</summary>
    internal sealed record Looked : LauncherEvent;

    /// <summary>The back-off of a worker that died is over.</summary>
    internal sealed record RestartDue(Fleet Fleet, int Number) : LauncherEvent;
}
