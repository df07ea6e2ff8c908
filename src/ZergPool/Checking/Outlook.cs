using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Checking;

/// <summary>What is right today and hurts later: at the next reload, hand-over, or once somebody else comes by.</summary>
internal static class Outlook
{
    private static readonly string[] s_singleDescriptor = ["node", "deno", "bun"];

    /// <summary>Warnings alone; the configuration itself has been read without an error.</summary>
    public static IEnumerable<Problem> Of(LoadedConfiguration loaded, PoolOptions? pool, ZerglingOptions? zergling) =>
    [
        .. pool is null ? [] : Unreadable(loaded, pool),
        .. pool is null ? [] : OpenDirectories(loaded, pool),
        .. SharedStats(loaded),
        .. zergling is null ? [] : Probes(loaded, zergling),
    ];

    private static IEnumerable<Problem> Unreadable(LoadedConfiguration loaded, PoolOptions pool)
    {
        if (pool is not { Uid: { } uid, Gid: { } gid } || uid.Id == 0)
        {
            yield break;
        }

        IEnumerable<string> files = loaded.Options.Select(option => option.Position)
            .Where(position => !position.IsCommandLine).Select(position => position.File).Distinct();
        foreach (string file in files.Where(file => !FileAccessCheck.MayRead(file, uid.Id, gid.Id, uid.Name)))
        {
            yield return Problem.Warning(
                SourcePosition.Whole(file), "uid", $"'{uid}', whom the pool becomes, may not read this file: it can never be read again");
        }

        foreach (ListenSpec socket in pool.Sockets.Where(socket => socket.Tls is not null))
        {
            string[] unreadable = [.. ((string[])[socket.Tls!.Certificate, socket.Tls.Key])
                .Where(file => !FileAccessCheck.MayRead(file, uid.Id, gid.Id, uid.Name))];
            foreach (string file in unreadable)
            {
                yield return Problem.Warning(
                    socket.Position, socket.Option, $"'{file}' is not there, or '{uid}' may not read it: zerglings open it under their own uid");
            }
        }
    }

    private static IEnumerable<Problem> OpenDirectories(LoadedConfiguration loaded, PoolOptions pool)
    {
        IEnumerable<(ListenAddress Address, string Option, SourcePosition Position)> own =
            pool.Pools.Select(one => (one.Address, "zerg-pool", one.Position));
        if (loaded.Options.Last("control") is { } control)
        {
            own = own.Append((pool.Control, control.Name, control.Position));
        }

        foreach ((ListenAddress address, string option, SourcePosition position) in
            own.Concat(pool.Sockets.Select(socket => (socket.Address, socket.Option, socket.Position))))
        {
            string? directory = address.Kind == AddressKind.Path ? Path.GetDirectoryName(address.Host) : null;
            if (directory is not null && FileAccessCheck.MayOthersWrite(directory))
            {
                yield return Problem.Warning(
                    position, option, $"'{directory}' may be written by others, who can take '{Path.GetFileName(address.Host)}' there first");
            }
        }
    }

    private static IEnumerable<Problem> SharedStats(LoadedConfiguration loaded) =>
        from one in loaded.Ignored
        where one.Option.Name is "stats" or "stats-server"
        select Problem.Warning(
            one.Option.Position, one.Option.Name,
            $"every zergling that reads this file would bind '{one.Option.Value}', and during a hand-over there are two");

    private static IEnumerable<Problem> Probes(LoadedConfiguration loaded, ZerglingOptions zergling)
    {
        if (zergling.Ready.Kind == ReadyKind.Http && zergling.Command.Count > 0
            && (zergling.Command.Contains("--fd") || s_singleDescriptor.Contains(Path.GetFileName(zergling.Command[0]))))
        {
            yield return Problem.Warning(
                loaded.Options.Last("ready")!.Position, "ready",
                $"'{zergling.Command[0]}' serves a single descriptor and will not answer a probe: use notify or delay");
        }
    }
}
