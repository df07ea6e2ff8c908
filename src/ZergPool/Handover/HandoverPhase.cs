namespace ZergPool.Handover;

/// <summary>How far a hand-over is.</summary>
internal enum HandoverPhase
{
    /// <summary>The new one is not ready yet; nothing else has changed.</summary>
    Starting,

    /// <summary>The new one is told to accept.</summary>
    Switching,

    /// <summary>Both accept, and workers are exchanged one by one.</summary>
    Rolling,

    /// <summary>Both accept, and a share of the new one is looked at.</summary>
    Baking,

    /// <summary>Both accept, and workers of the older ones come back one by one.</summary>
    Returning,

    /// <summary>The new one accepts; the older ones are told to drain.</summary>
    Draining,
}
