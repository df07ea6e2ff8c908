namespace Zerg.Configuration;

internal enum ReadyKind
{
    /// <summary>Ready once it runs.</summary>
    Start,

    /// <summary>Ready when it sends READY=1 to NOTIFY_SOCKET.</summary>
    Notify,

    /// <summary>Ready when it answers 2xx or 3xx on the probe socket.</summary>
    Http,

    /// <summary>Ready after it has run for a while.</summary>
    Delay,
}
