namespace Zergling.Workers;

/// <summary>Where a worker is in its life.</summary>
internal enum WorkerState
{
    /// <summary>Spawned, not ready yet.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Ready,

    /// <summary>It was asked to finish and leave.</summary>
    Stopping,

    /// <summary>Its process has ended and its output is complete.</summary>
    Ended,
}
