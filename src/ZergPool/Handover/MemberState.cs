namespace ZergPool.Handover;

/// <summary>Where a member of the roster stands.</summary>
internal enum MemberState
{
    /// <summary>Attached, not ready.</summary>
    Starting,

    /// <summary>Ready, and the check-command looks at it.</summary>
    Checking,

    /// <summary>Ready, and waiting for its turn or for the answer to the order to accept.</summary>
    Ready,

    /// <summary>Ready, held back on purpose until it is resumed; or replaced, and kept to be gone back to.</summary>
    Standby,

    /// <summary>Accepting connections.</summary>
    Accepting,

    /// <summary>Told to accept nothing for now.</summary>
    Paused,

    /// <summary>A launcher that serves, but none of whose workers runs; it starts them again.</summary>
    Down,

    /// <summary>Told to finish and leave.</summary>
    Draining,

    /// <summary>A launcher died and its workers serve on.</summary>
    Orphaned,

    /// <summary>A uWSGI whose known process ended while others still hold the sockets.</summary>
    Unknown,

    /// <summary>Told to stop because it did not become ready, or refused.</summary>
    Failed,
}
