using Zerg;
using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace ZergPool.Commands;

/// <summary>The options of a command line and the files it names.</summary>
internal static class Configured
{
    private const string Elsewhere = "; a pool that runs is found by --zerg PATH as well";

    /// <summary>Loads and validates the pool's options; every problem is a line on stderr.</summary>
    /// <returns>The options, or null and the status to exit with.</returns>
    public static PoolOptions? Load(CommandLineOptions commandLine, out LoadedConfiguration? loaded, out int exitCode)
    {
        loaded = Sources(commandLine, out exitCode);
        if (loaded is null)
            return null;
        var (options, problems) = PoolOptions.From(loaded.Options, loaded.File);
        exitCode = Say([.. loaded.Problems, .. problems]);
        return exitCode == ExitCodes.Ok ? options : null;
    }

    /// <summary>Every error in what the launcher would read there is a line on stderr.</summary>
    /// <returns>The status to exit with, 0 without an error.</returns>
    public static int SayOfLauncher(LoadedConfiguration loaded)
    {
        var (options, problems) = ZerglingOptions.From(loaded.Options, loaded.File);
        return options is not { Command.Count: 0 } ? Say(problems.Where(problem => problem.Severity == Severity.Error))
            : Complaint.Write(
                $"{loaded.File ?? "command line"}: command: there is nothing to run",
                loaded.File is null ? ExitCodes.Usage : ExitCodes.Configuration);
    }

    /// <summary>The same without a word on stderr, for a pool that runs.</summary>
    public static FreshOptions Fresh(CommandLineOptions commandLine)
    {
        var loaded = ConfigurationSource.Load(commandLine);
        var (options, problems) = PoolOptions.From(loaded.Options, loaded.File);
        return new FreshOptions(loaded.HasErrors ? null : options, [.. loaded.Problems.Concat(problems).Distinct()]);
    }

    /// <summary>The options of a pool that runs already: one's own where there is one, else that of root.</summary>
    /// <returns>The options, or null and the status to exit with.</returns>
    public static PoolOptions? Find(CommandLineOptions commandLine, out int exitCode)
    {
        if (Sources(commandLine, out exitCode, Elsewhere) is not { } loaded)
            return null;
        var own = PoolOptions.From(loaded.Options, loaded.File);
        var ofRoot = PoolOptions.From(loaded.Options, loaded.File, HostFacts.Current with { IsRoot = true });
        var (options, problems) = own.Options is null || (!IsThere(own.Options) && IsThere(ofRoot.Options)) ? ofRoot : own;

        // Whoever asks a running pool has read its warnings when it started.
        exitCode = Say(loaded.Problems.Concat(problems).Where(problem => problem.Severity == Severity.Error), Elsewhere);
        return exitCode == ExitCodes.Ok ? options : null;
    }

    /// <summary>Reads the sources; when nothing could be read, only why not is said.</summary>
    /// <returns>What they said, or null and the status to exit with.</returns>
    public static LoadedConfiguration? Sources(CommandLineOptions commandLine, out int exitCode, string hint = "")
    {
        var loaded = ConfigurationSource.Load(commandLine);
        exitCode = ExitCodes.Ok;
        if (loaded.Options.Count > 0 || !loaded.HasErrors)
            return loaded;
        exitCode = Verb.Misspelt(commandLine.Arguments) is { } meant
            ? Complaint.Write(meant, ExitCodes.Usage)
            : Say(loaded.Problems, hint);
        return null;
    }

    /// <summary>Prints every problem.</summary>
    /// <param name="problems">They may repeat each other.</param>
    /// <param name="hint">What the last one ends with.</param>
    /// <returns>The status to exit with, 0 when none is an error.</returns>
    public static int Say(IEnumerable<Problem> problems, string hint = "")
    {
        // Both programs read the options they share, and then say the same of them.
        var all = problems.Distinct().ToList();
        foreach (var problem in all)
            Complaint.Write($"{problem}{(problem.Severity == Severity.Warning ? " (warning)" : "")}{(problem == all[^1] ? hint : "")}");

        var errors = all.Where(problem => problem.Severity == Severity.Error).ToList();
        return errors.Count == 0 ? ExitCodes.Ok
            : errors.All(problem => problem.Position.IsCommandLine) ? ExitCodes.Usage : ExitCodes.Configuration;
    }

    private static bool IsThere(PoolOptions? options)
        => options is not null && (options.Control.Kind != AddressKind.Path || Path.Exists(options.Control.Host));
}
