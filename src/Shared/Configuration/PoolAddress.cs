namespace Zerg.Configuration;

/// <summary>Where a pool is, when the configuration does not say.</summary>
internal static class PoolAddress
{
    public const string SystemDirectory = "/run/zerg";

    /// <summary>Where a pool of this name binds.</summary>
    public static Parsed<ListenAddress> ToBind(string name, HostFacts host) =>
        host.IsRoot ? In(SystemDirectory, name)
        : host.RuntimeDirectory is { } directory ? In(Path.Combine(directory, "zerg"), name)
        : Parsed<ListenAddress>.Failed("is not there, and without XDG_RUNTIME_DIR there is no default for it");

    /// <summary>
    /// Where a zergling looks for the pool of this name: that of its own user, else the one that root has started.
    /// </summary>
    public static Parsed<ListenAddress> ToAttach(string name, HostFacts host)
    {
        Parsed<ListenAddress> own = ToBind(name, host);
        Parsed<ListenAddress> system = In(SystemDirectory, name);
        return !own.Ok || (!host.Exists(own.Value.Host) && system.Ok && host.Exists(system.Value.Host)) ? system : own;
    }

    /// <summary>The name of the application: said, or that of its file.</summary>
    public static string? Name(OptionReader reader, string? configPath)
    {
        if (reader.List.Last("name") is not null)
        {
            return reader.TryScalar("name", Values.FileName, out string? name) ? name : null;
        }

        string? fromFile = configPath is null ? null : Path.GetFileNameWithoutExtension(configPath);
        reader.ShowDefault("name", fromFile is { Length: > 0 } ? fromFile : "none");
        return fromFile is { Length: > 0 } ? fromFile : null;
    }

    private static Parsed<ListenAddress> In(string directory, string name) =>
        ListenAddress.ParseUnix(Path.Combine(directory, name + ".sock"));
}
