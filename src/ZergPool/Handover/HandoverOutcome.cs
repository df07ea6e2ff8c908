namespace ZergPool.Handover;

/// <summary>How a hand-over ended.</summary>
internal enum HandoverOutcome
{
    /// <summary>The new release serves and the older ones no longer accept.</summary>
    Completed,

    /// <summary>The new release did not come to serve alone; the one before does.</summary>
    Failed,

    /// <summary>The release before serves again.</summary>
    RolledBack,
}
