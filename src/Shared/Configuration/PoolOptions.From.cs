namespace Zerg.Configuration;

internal sealed partial record PoolOptions
{
    private const long MinJournalSize = 4 * 1024;
    private const long MaxJournalSize = 64 * 1024 * 1024;

    /// <summary>
    /// The options of the pool with every problem of theirs; null when one of the problems is an error.
    /// </summary>
    public static (PoolOptions? Options, IReadOnlyList<Problem> Problems) From(
        OptionList list,
        string? configPath,
        HostFacts? host = null)
    {
        host ??= HostFacts.Current;
        var reader = new OptionReader(list, configPath);
        string? name = PoolAddress.Name(reader, configPath);
        IReadOnlyList<PoolSpec> pools = PoolReader.Read(reader, name, host);
        (Account? uid, Account? gid) = ReadIdentity(reader);
        ListenAddress? control = ReadControl(reader, pools);
        var options = new PoolOptions
        {
            Name = name ?? "zerg",
            ConfigPath = configPath is null ? null : Path.GetFullPath(configPath),
            Pools = pools,
            Control = control!,
            Backlog = ReadBacklog(reader, host),
            SocketMode = reader.Scalar("chmod-socket", DefaultSocketMode, Values.SocketMode, Values.ShowMode),
            SocketOwner = reader.TryScalar("chown-socket", SocketOwner.Parse, out SocketOwner? owner) ? owner : null,
            Uid = uid,
            Gid = gid,
            AllowUids = reader.Values("allow-uid", Accounts.User),
            AllowGids = reader.Values("allow-gid", Accounts.Group),
            ControlUids = reader.Values("control-uid", Accounts.User),
            ControlGids = reader.Values("control-gid", Accounts.Group),
            LegacyFifos = reader.Values("legacy-fifo", Values.FilePath),
            ReadyTimeout = reader.Scalar("ready-timeout", DefaultReadyTimeout, Values.PositiveDuration),
            Mercy = reader.Scalar("worker-reload-mercy", DefaultMercy, Duration.Parse),
            RecoverTimeout = reader.Scalar("recover-timeout", DefaultRecoverTimeout, Duration.Parse),
            RollbackWindow = reader.Scalar("rollback-window", TimeSpan.Zero, Duration.Parse),
            MaxCrashes = reader.Scalar("max-crashes", DefaultMaxCrashes, Values.Number(0, 1_000)),
            Strategy = ReadStrategy(reader),
            Canary = reader.Scalar("canary", DefaultCanary, Share.Parse),
            Bake = reader.Scalar("bake", DefaultBake, Duration.Parse),
            FailsEmptyCanary = reader.Scalar(
                "canary-empty", EmptyCanary.Pass, Values.Choice(("pass", EmptyCanary.Pass), ("fail", EmptyCanary.Fail)))
                == EmptyCanary.Fail,
            Watch = reader.Scalar("watch", [], WatchTerm.ParseAll, WatchTerm.Format),
            WatchRequests = reader.Scalar("watch-requests", DefaultWatchRequests, Values.Number(1, 1_000_000)),
            MaxGenerations = reader.Scalar("max-generations", 0, Values.Number(0, 1_000)),
            Launcher = reader.TryScalar("launcher", Values.FilePath, out string? launcher) ? launcher : null,
            CheckCommand = ZerglingOptions.ReadCommand(reader, "check-command"),
            CheckTimeout = reader.Scalar("check-timeout", DefaultCheckTimeout, Values.PositiveDuration),
            Hooks = ReadHooks(reader),
            HookTimeout = reader.Scalar("hook-timeout", DefaultHookTimeout, Values.PositiveDuration),
            Up = reader.Scalar("up", false, Values.Boolean),
            MaxSessions = reader.Scalar("max-sessions", DefaultMaxSessions, Values.Number(1, 65_536)),
            MaxHandshakes = reader.Scalar("max-handshakes", DefaultMaxHandshakes, Values.Number(1, 1_024)),
            HandshakeTimeout = reader.Scalar("handshake-timeout", DefaultHandshakeTimeout, Values.PositiveDuration),
            MaxHistory = reader.Scalar("max-history", DefaultMaxHistory, Values.Number(1, 1_000)),
            Journal = reader.TryScalar("journal", Values.FilePath, out string? journal) ? journal : null,
            JournalSize = reader.Scalar(
                "journal-size", DefaultJournalSize, FileSize.Between(MinJournalSize, MaxJournalSize), FileSize.Format),
            Metrics = reader.TryScalar("metrics", MetricsAddress.Parse, out ListenAddress? metrics) ? metrics : null,
            Adopt = reader.TryScalar("adopt", Adoption.Parse, out Adoption? adopt) ? adopt : null,
            LogTo = reader.TryScalar("logto", Values.FilePath, out string? path) ? path : null,
            LogLevel = ReadLogLevel(reader),
            Strict = reader.Scalar("strict", false, Values.Boolean),
        };
        CheckWatch(reader, options);
        CheckPaths(reader, options, control);
        return (reader.HasErrors ? null : options with { Effective = reader.Effective }, reader.Problems);
    }

    /// <summary>The level of both programs.</summary>
    public static LogVerbosity ReadLogLevel(OptionReader reader) => reader.Scalar(
        "log-level",
        LogVerbosity.Info,
        Values.Choice(
            ("debug", LogVerbosity.Debug),
            ("info", LogVerbosity.Info),
            ("warning", LogVerbosity.Warning),
            ("error", LogVerbosity.Error)));

    private static Dictionary<string, IReadOnlyList<string>> ReadHooks(OptionReader reader) => HookNames.All
        .Select(name => (name, command: ZerglingOptions.ReadCommand(reader, HookNames.Option(name))))
        .Where(hook => hook.command.Length > 0)
        .ToDictionary(hook => hook.name, hook => (IReadOnlyList<string>)hook.command);

    private static RollStrategy ReadStrategy(OptionReader reader)
    {
        (string Text, RollStrategy Value)[] words =
        [
            ("blue-green", RollStrategy.BlueGreen), ("rolling", RollStrategy.Rolling), ("canary", RollStrategy.Canary),
        ];
        RollStrategy strategy = reader.Scalar(
            "strategy", RollStrategy.BlueGreen, Values.Choice(words), one => words.First(word => word.Value == one).Text);
        foreach (string option in (string[])["canary", "bake", "canary-empty"])
        {
            if (strategy != RollStrategy.Canary && reader.List.Last(option) is { } idle)
            {
                reader.Warn(idle.Position, option, "does nothing without 'strategy: canary'");
            }
        }

        return strategy;
    }

    private static int ReadBacklog(OptionReader reader, HostFacts host)
    {
        int backlog = reader.Scalar("listen", DefaultBacklog, Values.Number(1, 65_535));
        if (backlog > host.SoMaxConn)
        {
            reader.Warn(
                reader.List.Last("listen")?.Position ?? reader.Nowhere,
                "listen",
                $"{backlog} is more than net.core.somaxconn, the kernel makes it {host.SoMaxConn}");
        }

        return backlog;
    }

    private static (Account? Uid, Account? Gid) ReadIdentity(OptionReader reader)
    {
        Account? uid = reader.TryScalar("uid", Accounts.User, out Account user) ? user : null;
        if (reader.List.Last("gid") is not null || uid is null)
        {
            return (uid, reader.TryScalar("gid", Accounts.Group, out Account group) ? group : null);
        }

        SourcePosition position = reader.List.Last("uid")!.Position;
        Account? primary = Accounts.PrimaryGroup(user);
        if (primary is null)
        {
            reader.Error(position, "uid", $"'{user}' is in no user database, so it needs a gid beside it");
        }
        else
        {
            reader.Warn(position, "uid", $"without gid the primary group of '{user}' is taken, '{primary}'");
            reader.ShowDefault("gid", $"{primary}");
        }

        return (uid, primary);
    }

    private static ListenAddress? ReadControl(OptionReader reader, IReadOnlyList<PoolSpec> pools)
    {
        if (reader.List.Last("control") is not null || pools.Count == 0)
        {
            return reader.TryScalar("control", ListenAddress.ParseUnix, out ListenAddress? said) ? said : null;
        }

        Parsed<ListenAddress> control = pools[0].Address.WithSuffix(".ctl");
        if (control.Ok)
        {
            reader.ShowDefault("control", $"{control.Value}");
        }
        else
        {
            reader.Error(pools[0].Position, "control", control.Error);
        }

        return control.Value;
    }

    private static void CheckWatch(OptionReader reader, PoolOptions options)
    {
        if (options is { Watch.Count: > 0, RollbackWindow.Ticks: 0, Strategy: RollStrategy.BlueGreen })
        {
            reader.Error(
                reader.List.Last("watch")!.Position, "watch",
                "needs rollback-window or another strategy as well: without them there is nothing to go back to");
        }
    }

    private static void CheckPaths(OptionReader reader, PoolOptions options, ListenAddress? control)
    {
        var claims = new PathClaims(reader);
        foreach (PoolSpec pool in options.Pools)
        {
            claims.Add(pool.Address, "zerg-pool", pool.Position);
            if (pool.Address.Kind == AddressKind.Path)
            {
                claims.Add(pool.Address.Host + ".lock", "zerg-pool", pool.Position);
            }
        }

        // One that is there twice has been told of.
        foreach (PoolSpec pool in options.Pools.DistinctBy(pool => options.JournalOf(pool.Address)))
        {
            if (options.JournalOf(pool.Address) is { } journal)
            {
                SourcePosition? said = reader.List.Last("journal")?.Position;
                claims.Add(journal, said is null ? "zerg-pool" : "journal", said ?? pool.Position);
            }
        }

        if (control is not null)
        {
            SourcePosition? said = reader.List.Last("control")?.Position;
            claims.Add(control, "control", said ?? options.Pools[0].Position);
        }

        if (options.Metrics is not null)
        {
            claims.Add(options.Metrics, "metrics", reader.List.Last("metrics")!.Position);
        }

        foreach (ListenSpec socket in options.Sockets)
        {
            claims.Add(socket.Address, socket.Option, socket.Position);
        }

        foreach (string fifo in options.LegacyFifos)
        {
            claims.Add(fifo, "legacy-fifo", reader.List.Last("legacy-fifo")!.Position);
        }

        if (options.LogTo is not null)
        {
            claims.Add(options.LogTo, "logto", reader.List.Last("logto")!.Position);
        }
    }
}
