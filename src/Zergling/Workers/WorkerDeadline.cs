namespace Zergling.Workers;

/// <summary>What the time is up for.</summary>
internal enum WorkerDeadline
{
    /// <summary>It has run for as long as its readiness asks for.</summary>
    Settled,

    /// <summary>It should be ready by now.</summary>
    Ready,

    /// <summary>It has read from what it accepted last.</summary>
    Quiet,

    /// <summary>It should have left by now.</summary>
    Mercy,

    /// <summary>Its process has ended; its output should have been passed on by now.</summary>
    Output,
}
