using Zerg;
using Zerg.Configuration;

namespace ZergPool.Commands;

/// <summary>The options of a command line and the file it names.</summary>
internal static class Configured
{
    /// <summary>Loads and validates the pool's options; every problem is a line on stderr.</summary>
    /// <returns>The options, or null and the status to exit with.</returns>
    public static PoolOptions? Load(CommandLineOptions commandLine, out int exitCode)
    {
        if (Sources(commandLine, out exitCode) is not var (list, file, problems))
            return null;
        var (options, more) = PoolOptions.From(list, file);
        return Say([.. problems, .. more], out exitCode) ? options : null;
    }

    /// <summary>The options of a pool that runs already: one's own where there is one, else that of root.</summary>
    /// <returns>The options, or null and the status to exit with.</returns>
    public static PoolOptions? Find(CommandLineOptions commandLine, out int exitCode)
    {
        if (Sources(commandLine, out exitCode) is not var (list, file, problems))
            return null;
        var own = PoolOptions.From(list, file);
        var ofRoot = PoolOptions.From(list, file, HostFacts.Current with { IsRoot = true });
        var (options, more) = own.Options is null || (!IsThere(own.Options) && IsThere(ofRoot.Options)) ? ofRoot : own;
        return Say([.. problems, .. more], out exitCode) ? options : null;
    }

    /// <summary>The same for both programs, which read one file.</summary>
    public static (PoolOptions Pool, ZerglingOptions Zergling)? Read(CommandLineOptions commandLine, out int exitCode)
    {
        if (Sources(commandLine, out exitCode) is not var (list, file, problems))
            return null;
        var (pool, ofPool) = PoolOptions.From(list, file);
        var (zergling, ofZergling) = ZerglingOptions.From(list, file);
        return Say([.. problems, .. ofPool, .. ofZergling], out exitCode) ? (pool!, zergling!) : null;
    }

    private static bool IsThere(PoolOptions? options)
        => options is not null && (options.Control.Kind != AddressKind.Path || Path.Exists(options.Control.Host));

    private static (OptionList List, string? File, IReadOnlyList<Problem> Problems)? Sources(
        CommandLineOptions commandLine, out int exitCode)
    {
        exitCode = ExitCodes.Ok;
        if (commandLine.Arguments.Count > 1)
        {
            exitCode = Complaint.Write(
                $"one configuration file expected, then '{commandLine.Arguments[1]}'", ExitCodes.Usage);
            return null;
        }

        var file = commandLine.Arguments.Count == 0 ? null : commandLine.Arguments[0];
        var (list, problems) = ConfigurationSource.Load(file, commandLine);

        // A file that cannot be read lacks everything: that is said once.
        if (list.Count > 0 || problems.All(problem => problem.Severity == Severity.Warning))
            return (list, file, problems);
        Say(problems, out exitCode);
        return null;
    }

    private static bool Say(IEnumerable<Problem> problems, out int exitCode)
    {
        // Both programs read the options they share, and then say the same of them.
        var all = problems.Distinct().ToList();
        foreach (var problem in all)
            Complaint.Write($"{problem}{(problem.Severity == Severity.Warning ? " (warning)" : "")}");

        var errors = all.Where(problem => problem.Severity == Severity.Error).ToList();
        exitCode = errors.Count == 0 ? ExitCodes.Ok
            : errors.All(problem => problem.Position.IsCommandLine) ? ExitCodes.Usage : ExitCodes.Configuration;
        return errors.Count == 0;
    }
}
