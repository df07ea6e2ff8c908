namespace ZergPool.Handover;

/// <summary>How far a hand-over is.</summary>
internal enum HandoverPhase
{
    /// <summary>The new one is not ready yet; nothing else has changed.</summary>
    Starting,

    /// <summary>The new one is told to accept.</summary>
    Switching,

    /// <summary>The new one accepts; the older ones are told to drain.</summary>
    Draining,
}
