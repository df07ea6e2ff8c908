namespace Zerg.Configuration;

internal sealed partial record PoolOptions
{
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
            LogTo = reader.TryScalar("logto", Values.FilePath, out string? path) ? path : null,
            LogLevel = ReadLogLevel(reader),
            Strict = reader.Scalar("strict", false, Values.Boolean),
        };
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

        if (control is not null)
        {
            SourcePosition? said = reader.List.Last("control")?.Position;
            claims.Add(control, "control", said ?? options.Pools[0].Position);
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
