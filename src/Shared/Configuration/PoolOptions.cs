namespace Zerg.Configuration;

/// <summary>What the pool does, complete and valid.</summary>
internal sealed partial record PoolOptions
{
    public const int DefaultBacklog = 4096;
    public const int DefaultMaxCrashes = 3;
    public const int DefaultWatchRequests = 100;
    public const int DefaultMaxSessions = 256;
    public const int DefaultMaxHandshakes = 32;
    public const int DefaultMaxHistory = 32;
    public const long DefaultJournalSize = 1024 * 1024;
    public const int DefaultSocketMode = 0b110_110_000;

    public static readonly Share DefaultCanary = new(1, 8);
    public static readonly TimeSpan DefaultBake = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan DefaultReadyTimeout = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan DefaultMercy = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan DefaultCheckTimeout = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan DefaultHookTimeout = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan DefaultHandshakeTimeout = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan DefaultRecoverTimeout = TimeSpan.FromSeconds(10);

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

    /// <summary>How long zerglings of an earlier pool have to give back what they hold.</summary>
    public TimeSpan RecoverTimeout { get; init; } = DefaultRecoverTimeout;

    /// <summary>How long a release that was replaced can be gone back to; zero: it leaves.</summary>
    public TimeSpan RollbackWindow { get; init; }

    public int MaxCrashes { get; init; } = DefaultMaxCrashes;

    /// <summary>How a release takes over.</summary>
    public RollStrategy Strategy { get; init; }

    /// <summary>The share of the workers that <see cref="RollStrategy.Canary"/> stops at.</summary>
    public Share Canary { get; init; } = DefaultCanary;

    /// <summary>For how long it stops there.</summary>
    public TimeSpan Bake { get; init; } = DefaultBake;

    /// <summary>Whether a canary that was asked too little has failed.</summary>
    public bool FailsEmptyCanary { get; init; }

    /// <summary>What a new release is watched for; empty: nothing.</summary>
    public IReadOnlyList<WatchTerm> Watch { get; init; } = [];

    /// <summary>Responses without which that decides nothing.</summary>
    public int WatchRequests { get; init; } = DefaultWatchRequests;

    /// <summary>Zero: any number of them.</summary>
    public int MaxGenerations { get; init; }

    /// <summary>The absolute path of the program zergling; null: beside the pool's own, or in PATH.</summary>
    public string? Launcher { get; init; }

    /// <summary>What has to exit with 0 before a release that is ready may serve; empty: nothing.</summary>
    public IReadOnlyList<string> CheckCommand { get; init; } = [];

    public TimeSpan CheckTimeout { get; init; } = DefaultCheckTimeout;

    /// <summary>The command of each hook that has one, by its name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Hooks { get; init; }
        = new Dictionary<string, IReadOnlyList<string>>();

    public TimeSpan HookTimeout { get; init; } = DefaultHookTimeout;

    /// <summary>Whether the pool starts the first release by itself.</summary>
    public bool Up { get; init; }

    /// <summary>Zerglings with a session at a time.</summary>
    public int MaxSessions { get; init; } = DefaultMaxSessions;

    /// <summary>Connections that have not said hello yet.</summary>
    public int MaxHandshakes { get; init; } = DefaultMaxHandshakes;

    /// <summary>How long each of those has.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = DefaultHandshakeTimeout;

    /// <summary>Ended hand-overs that the status still tells.</summary>
    public int MaxHistory { get; init; } = DefaultMaxHistory;

    /// <summary>The absolute path of the one journal of all pools; null: each has one beside its path.</summary>
    public string? Journal { get; init; }

    /// <summary>Bytes beyond which its older half is dropped.</summary>
    public long JournalSize { get; init; } = DefaultJournalSize;

    /// <summary>Where metrics are told, on this machine alone; null: nowhere.</summary>
    public ListenAddress? Metrics { get; init; }

    /// <summary>From whom addresses in use are taken over; null: from nobody.</summary>
    public Adoption? Adopt { get; init; }

    /// <summary>The absolute path of the log file, or null for stderr.</summary>
    public string? LogTo { get; init; }

    public LogVerbosity LogLevel { get; init; } = LogVerbosity.Info;

    /// <summary>Every warning about the configuration is an error.</summary>
    public bool Strict { get; init; }

    /// <summary>Every option of the pool with its source, in the order of the vocabulary.</summary>
    public IReadOnlyList<EffectiveOption> Effective { get; init; } = [];

    /// <summary>Where a pool keeps how its hand-overs ended; null for an abstract one.</summary>
    public string? JournalOf(ListenAddress pool) =>
        Journal ?? (pool.Kind == AddressKind.Path ? pool.Host + ".history" : null);

    /// <summary>The sockets of all pools, each once.</summary>
    public IEnumerable<ListenSpec> Sockets => Pools.SelectMany(pool => pool.Sockets).Distinct();
}
