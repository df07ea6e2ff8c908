using System.Text.Json;
using Zerg;
using Zerg.Configuration;
using Zerg.Configuration.Reading;
using ZergPool.Checking;

namespace ZergPool.Commands;

/// <summary><c>zergpool check FILE</c>: what pool and zergling would do, and where each value comes from.</summary>
internal static class CheckCommand
{
    private static readonly string[] s_ofPool = ["zerg-pool", "socket", "http-socket", "http", "https", "shared-socket"];

    /// <summary>Prints the effective options; exits 0, or 78 after every problem.</summary>
    public static int Run(CommandLineOptions commandLine, bool json)
    {
        if (Configured.Sources(commandLine, out var exitCode) is not { } loaded)
            return exitCode;

        // A file for a zergling alone is right as well.
        PoolOptions? pool = null;
        IReadOnlyList<Problem> ofPool = [];
        if (s_ofPool.Any(name => loaded.Options.Last(name) is not null) || loaded.Options.Last("command") is null)
            (pool, ofPool) = PoolOptions.From(loaded.Options, loaded.File);
        var (zergling, ofZergling) = ZerglingOptions.From(loaded.Options, loaded.File);
        List<Problem> problems = [.. loaded.Problems, .. ofPool, .. ofZergling];
        if (!problems.Exists(problem => problem.Severity == Severity.Error))
            problems.AddRange(Judged(Outlook.Of(loaded, pool, zergling), loaded.IsStrict));

        problems = [.. problems.Distinct()];
        exitCode = Configured.Say(problems);
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(
                CheckDocument.Of(loaded, pool, zergling, problems), CheckJson.Default.CheckDocument));
        else if (exitCode == ExitCodes.Ok)
            Console.Write(CheckTable.Render(CheckDocument.Of(loaded, pool, zergling, problems)));
        return exitCode;
    }

    private static IEnumerable<Problem> Judged(IEnumerable<Problem> problems, bool isStrict) =>
        isStrict ? problems.Select(LoadedConfiguration.AsError) : problems;
}
