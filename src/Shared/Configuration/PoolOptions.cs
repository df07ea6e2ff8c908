namespace Zerg.Configuration;

/// <summary>What the pool does, complete and valid.</summary>
internal sealed partial record PoolOptions
{
    public const int DefaultBacklog = 4096;
    public const int DefaultSocketMode = 0b110_110_000;

    public static readonly TimeSpan DefaultReadyTimeout = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan DefaultMercy = TimeSpan.FromMinutes(1);

    public required string Name { get; init; }

    /// <summary>The file that was read, absolute, or null.</summary>
    public string? ConfigPath { get; init; }

    public required IReadOnlyList<PoolSpec> Pools { get; init; }

    /// <summary>A path, or an abstract name where the first pool has one.</summary>
    public required ListenAddress Control { get; init; }

    public int Backlog { get; init; } = DefaultBacklog;

    public int SocketMode { get; init; } = DefaultSocketMode;

    /// <summary>Null: the uid and gid that the pool serves under.</summary>
    public SocketOwner? SocketOwner { get; init; }

    public Account? Uid { get; init; }

    /// <summary>Never null when <see cref="Uid"/> is set.</summary>
    public Account? Gid { get; init; }

    public IReadOnlyList<Account> AllowUids { get; init; } = [];

    public IReadOnlyList<Account> AllowGids { get; init; } = [];

    public IReadOnlyList<Account> ControlUids { get; init; } = [];

    public IReadOnlyList<Account> ControlGids { get; init; } = [];

    /// <summary>Absolute paths of the master FIFOs of real uWSGI zerglings.</summary>
    public IReadOnlyList<string> LegacyFifos { get; init; } = [];

    public TimeSpan ReadyTimeout { get; init; } = DefaultReadyTimeout;

    public TimeSpan Mercy { get; init; } = DefaultMercy;

    /// <summary>The absolute path of the log file, or null for stderr.</summary>
    public string? LogTo { get; init; }

    public LogVerbosity LogLevel { get; init; } = LogVerbosity.Info;

    /// <summary>Every warning about the configuration is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>Every option of the pool with its source, in the order of the vocabulary.</summary>
    public IReadOnlyList<EffectiveOption> Effective { get; init; } = [];

    /// <summary>The sockets of all pools, each once.</summary>
    public IEnumerable<ListenSpec> Sockets => Pools.SelectMany(pool => pool.Sockets).Distinct();
}
