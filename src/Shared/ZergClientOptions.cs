namespace Zerg;

/// <summary>How to attach, and as what.</summary>
public sealed record ZergClientOptions
{
    /// <summary>How long the pool may take to greet by default.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a pool that came back may take by default until it has its sockets.</summary>
    public static readonly TimeSpan DefaultRecoveryTimeout = TimeSpan.FromSeconds(60);

    /// <summary>The pool's socket: a path, or <c>@name</c> for an abstract one as uWSGI writes it.</summary>
    public required string Pool { get; init; }

    /// <summary>The label of the code this process runs.</summary>
    public required string Release { get; init; }

    /// <summary>What runs, for people.</summary>
    public string App { get; init; } = "";

    /// <summary>The name in the pool's roster.</summary>
    public string Name { get; init; } = "";

    /// <summary>How to enter service.</summary>
    public ZergMode Mode { get; init; } = ZergMode.Auto;

    /// <summary>True for a process that passes the sockets on to workers and so cannot pause them.</summary>
    public bool IsLauncher { get; init; }

    /// <summary>How many workers a launcher has when it is told to scale down and up; 0: it cannot.</summary>
    public int Workers { get; init; }

    /// <summary>How long the pool may take to greet.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>How long a pool that came back, and said so, may take until it has its sockets.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = DefaultRecoveryTimeout;
}
