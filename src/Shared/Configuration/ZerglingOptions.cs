namespace Zerg.Configuration;

/// <summary>What a zergling runs and where it attaches, complete and valid.</summary>
internal sealed partial record ZerglingOptions
{
    public const int DefaultProcesses = 1;

    public static readonly TimeSpan DefaultDrainIdle = TimeSpan.FromSeconds(10);

    /// <summary>Null without a <c>name</c> and without a file.</summary>
    public string? Name { get; init; }

    /// <summary>The file that was read, absolute, or null.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>The pools to attach to, each a path or an abstract name.</summary>
    public required IReadOnlyList<ListenAddress> Zergs { get; init; }

    public bool Fallback { get; init; }

    /// <summary>What to bind without a pool, when <see cref="Fallback"/> allows it.</summary>
    public IReadOnlyList<ListenSpec> FallbackSockets { get; init; } = [];

    public int FallbackBacklog { get; init; } = PoolOptions.DefaultBacklog;

    public int FallbackSocketMode { get; init; } = PoolOptions.DefaultSocketMode;

    public SocketOwner? FallbackSocketOwner { get; init; }

    public int Processes { get; init; } = DefaultProcesses;

    /// <summary>Told to the workers as ZERG_THREADS.</summary>
    public int? Threads { get; init; }

    /// <summary>The words of the command; empty when the configuration names none.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Absolute, or null for the directory of the launcher.</summary>
    public string? Chdir { get; init; }

    /// <summary>In their order; a later one replaces an earlier one of the same name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Env { get; init; } = [];

    /// <summary>The soft RLIMIT_NOFILE of the workers, or null to leave it.</summary>
    public int? MaxFd { get; init; }

    /// <summary>The label given, or null to derive one.</summary>
    public string? Release { get; init; }

    public ZergMode Mode { get; init; }

    public ReadyCheck Ready { get; init; } = ReadyCheck.Start;

    public TimeSpan ReadyTimeout { get; init; } = PoolOptions.DefaultReadyTimeout;

    public TimeSpan Mercy { get; init; } = PoolOptions.DefaultMercy;

    public TimeSpan DrainIdle { get; init; } = DefaultDrainIdle;

    public StopSignal StopSignal { get; init; } = StopSignal.Terminate;

    public string? LogTo { get; init; }

    public LogVerbosity LogLevel { get; init; } = LogVerbosity.Info;

    /// <summary>Every warning about the configuration is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>Every option of the zergling with its source, in the order of the vocabulary.</summary>
    public IReadOnlyList<EffectiveOption> Effective { get; init; } = [];
}
