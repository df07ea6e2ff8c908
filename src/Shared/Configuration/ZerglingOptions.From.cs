namespace Zerg.Configuration;

internal sealed partial record ZerglingOptions
{
    private const int MaxWorkers = Protocol.FrameBounds.MaxWorkers;
    private const int MaxThreads = 1024;

    // fs.nr_open cannot be set higher.
    private const int MaxDescriptors = 1_073_741_816;

    /// <summary>
    /// The options of a zergling with every problem of theirs; null when one of the problems is an error.
    /// </summary>
    public static (ZerglingOptions? Options, IReadOnlyList<Problem> Problems) From(
        OptionList list,
        string? configPath,
        HostFacts? host = null)
    {
        var reader = new OptionReader(list, configPath);
        string? name = PoolAddress.Name(reader, configPath);
        IReadOnlyList<(ListenAddress Address, string? List, Option Option)> pools = PoolLines.Read(reader);
        var options = new ZerglingOptions
        {
            Name = name,
            ConfigPath = configPath is null ? null : Path.GetFullPath(configPath),
            Zergs = ReadZergs(reader, pools, name, host ?? HostFacts.Current),
            Fallback = reader.Scalar("zerg-fallback", false, Values.Boolean),
            FallbackSockets = ReadSockets(reader, pools),
            FallbackBacklog = reader.Scalar("listen", PoolOptions.DefaultBacklog, Values.Number(1, 65_535)),
            FallbackSocketMode =
                reader.Scalar("chmod-socket", PoolOptions.DefaultSocketMode, Values.SocketMode, Values.ShowMode),
            FallbackSocketOwner =
                reader.TryScalar("chown-socket", SocketOwner.Parse, out SocketOwner? owner) ? owner : null,
            Processes = reader.Scalar("processes", DefaultProcesses, Values.Number(1, MaxWorkers)),
            Threads = reader.TryScalar("threads", Values.Number(1, MaxThreads), out int threads) ? threads : null,
            Command = ReadCommand(reader),
            Chdir = reader.TryScalar("chdir", Values.FilePath, out string? chdir) ? chdir : null,
            Env = ReadEnvironment(reader),
            MaxFd = reader.TryScalar("max-fd", Values.Number(16, MaxDescriptors), out int maxFd) ? maxFd : null,
            Release = reader.TryScalar("release", Values.Release, out string? release) ? release : null,
            Mode = ReadMode(reader),
            Ready = reader.Scalar("ready", ReadyCheck.Start, ReadyCheck.Parse),
            ReadyTimeout =
                reader.Scalar("ready-timeout", PoolOptions.DefaultReadyTimeout, Values.PositiveDuration),
            Mercy = reader.Scalar("worker-reload-mercy", PoolOptions.DefaultMercy, Duration.Parse),
            DrainIdle = reader.Scalar("drain-idle", DefaultDrainIdle, Duration.Parse),
            StopSignal = reader.Scalar("stop-signal", StopSignal.Terminate, StopSignal.Parse),
            LogTo = reader.TryScalar("logto", Values.FilePath, out string? logTo) ? logTo : null,
            LogLevel = PoolOptions.ReadLogLevel(reader),
            Strict = reader.Scalar("strict", false, Values.Boolean),
        };
        Check(reader, options);
        return (reader.HasErrors ? null : options with { Effective = reader.Effective }, reader.Problems);
    }

    private static List<ListenAddress> ReadZergs(
        OptionReader reader,
        IReadOnlyList<(ListenAddress Address, string? List, Option Option)> pools,
        string? name,
        HostFacts host)
    {
        if (reader.List.Last("zerg-pool") is null)
        {
            reader.ShowDefault("zerg-pool");
        }

        if (reader.List.Last("zerg") is not null)
        {
            return [.. reader.Values("zerg", ListenAddress.ParseUnix).Distinct()];
        }

        if (reader.List.Last("zerg-pool") is null)
        {
            Parsed<ListenAddress> address = name is null
                ? Parsed<ListenAddress>.Failed("is not there, and without a file there is no default for it")
                : PoolAddress.ToAttach(name, host);
            if (!address.Ok)
            {
                reader.Error(reader.Nowhere, "zerg", address.Error);
                return [];
            }

            reader.ShowDefault("zerg", $"{address.Value}");
            return [address.Value];
        }

        List<ListenAddress> zergs = [.. pools.Select(pool => pool.Address).Distinct()];
        zergs.ForEach(zerg => reader.ShowDefault("zerg", $"{zerg}"));
        return zergs;
    }

    // A file that names its addresses in zerg-pool lists alone falls back to these.
    private static IReadOnlyList<ListenSpec> ReadSockets(
        OptionReader reader,
        IReadOnlyList<(ListenAddress Address, string? List, Option Option)> pools)
    {
        var table = new SocketTable(reader);
        List<SocketSlot> listed =
        [
            .. pools.Where(pool => pool.List is not null)
                .SelectMany(pool => PoolLines.Items(pool.List!, pool.Option, table, reader))
                .Distinct(),
        ];
        return SocketNames.Assign(
            [.. (table.OfFile.Count > 0 ? table.OfFile : listed).Select(slot => slot.ToSpec())]);
    }

    // A command is one thing: the last source that names one names all of it.
    public static string[] ReadCommand(OptionReader reader, string name = "command")
    {
        if (reader.List.Last(name) is not { IsItem: true } last)
        {
            return reader.TryScalar(name, CommandWords.Split, out string[]? words, CommandWords.Join) ? words : [];
        }

        List<Option> items =
            [.. reader.List.All(name).Where(option => option.IsItem && option.Position.File == last.Position.File)];
        foreach (Option item in items.Where(item => item.Value.Contains('\0')))
        {
            reader.Error(item.Position, name, "has a NUL character");
        }

        if (items[0].Value.Length == 0)
        {
            reader.Error(items[0].Position, name, "begins with an empty word");
        }

        reader.Show(name, CommandWords.Join(items.Select(item => item.Value)), items[0].Position);
        return [.. items.Select(item => item.Value)];
    }

    private static IReadOnlyList<KeyValuePair<string, string>> ReadEnvironment(OptionReader reader)
    {
        var variables = new OrderedDictionary<string, string>();
        foreach ((string key, string value) in reader.Values("env", Values.Variable))
        {
            variables[key] = value;
        }

        return [.. variables];
    }

    private static ZergMode ReadMode(OptionReader reader) => reader.Scalar(
        "zerg-mode",
        ZergMode.Auto,
        Values.Choice(
            ("auto", ZergMode.Auto),
            ("replace", ZergMode.Replace),
            ("join", ZergMode.Join),
            ("standby", ZergMode.Standby)));

    private static void Check(OptionReader reader, ZerglingOptions options)
    {
        if (options.Fallback && options.FallbackSockets.Count == 0 && !reader.HasErrors)
        {
            reader.Error(
                reader.List.Last("zerg-fallback")!.Position,
                "zerg-fallback",
                "has nothing to bind: no socket, http-socket, http or shared-socket");
        }
    }
}
