using System.Text;
using Zerg.Configuration;
using Zerg.Configuration.Reading;
using ZergPool.Converting;

namespace Zerg.Fuzz.Targets;

/// <summary>What both programs make of a configuration, and what must hold of it.</summary>
internal static class Understood
{
    private static readonly HostFacts s_host = new()
    {
        IsRoot = false,
        RuntimeDirectory = "/run/user/7",
        SoMaxConn = 4096,
        Exists = _ => false,
    };

    /// <summary>All of it as text.</summary>
    public static string Of(LoadedConfiguration loaded, byte[]? input)
    {
        var (problems, options) = Read(loaded.Options, loaded.File);
        problems = [.. loaded.Problems, .. problems];
        var lines = input is null ? int.MaxValue : Lines(input);
        foreach (var problem in problems)
            Check(problem, loaded.File, lines);
        if (!loaded.HasErrors)
            CheckConverted(loaded, options);
        string[] said = [.. problems.Select(problem => problem.ToString()), .. options.Pool, .. options.Zergling];
        return string.Join('\n', said);
    }

    private static (IReadOnlyList<Problem> Problems, (string[] Pool, string[] Zergling) Options) Read(
        OptionList list, string? file)
    {
        var (pool, ofPool) = PoolOptions.From(list, file, s_host);
        var (zergling, ofZergling) = ZerglingOptions.From(list, file, s_host);
        return ([.. ofPool, .. ofZergling], (
            Said(pool?.Effective, pool?.Pools.SelectMany(one => one.Sockets)),
            Said(zergling?.Effective, zergling?.FallbackSockets)));
    }

    // Nothing when something is wrong.
    private static string[] Said(IReadOnlyList<EffectiveOption>? effective, IEnumerable<ListenSpec>? sockets) =>
    [
        .. effective?.Select(one => $"{one.Name}={one.Value}") ?? [],
        .. sockets?.Select(one => $"{one.Address} {one.Protocol} {one.Tls} {one.Name}") ?? [],
    ];

    private static void Check(Problem problem, string? file, int lines)
    {
        var line = problem.ToString();
        if (line.Length > 1200 || line.Any(OneLine.Breaks))
            throw new FindingException($"a problem is no line\n{line}");
        var at = problem.Position;
        if (at.File == file && (at.Line > lines || (at.Line > 0 && at.Column is < 1 or > Mutator.MaxLength + 1)))
            throw new FindingException($"a place outside of the file\n{line}, of {lines} lines");
    }

    // YAML ends lines at more than a line feed.
    private static int Lines(byte[] input)
        => Encoding.UTF8.GetString(input).Count(one => one is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029') + 1;

    private static void CheckConverted(LoadedConfiguration loaded, (string[] Pool, string[] Zergling) options)
    {
        var text = new StrictYamlWriter(loaded).Write();
        var collector = new OptionCollector([]);
        StrictYamlReader.Read(text, "zerg.yml", StrictYamlReader.Section, collector);
        if (collector.Problems.Count > 0)
            throw new FindingException($"converted, it has problems\n{collector.Problems[0]}\n{text}");
        var (_, converted) = Read(collector.Options, loaded.File);
        Compare(options.Pool, converted.Pool, text);
        Compare(options.Zergling, converted.Zergling, text);
    }

    // What is wrong already need not be the same: its problems are told before it is converted.
    private static void Compare(string[] original, string[] converted, string text)
    {
        // The order of sockets that several options name in turn is lost: a key of YAML stands but once.
        if (original.Length == 0 || converted.Order().SequenceEqual(original.Order()))
            return;
        var differs = original.Except(converted).Concat(converted.Except(original));
        throw new FindingException($"converted, it says something else\n{string.Join(" | ", differs)}\n{text}");
    }
}
