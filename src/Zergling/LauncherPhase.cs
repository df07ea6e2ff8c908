namespace Zergling;

/// <summary>What the launcher is about.</summary>
internal enum LauncherPhase
{
    /// <summary>The first workers are not ready yet.</summary>
    Starting,

    /// <summary>Its workers serve.</summary>
    Serving,

    /// <summary>Its workers are asked to leave, then it leaves.</summary>
    Leaving,
}
