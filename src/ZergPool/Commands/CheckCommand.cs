using Zerg;
using Zerg.Configuration;

namespace ZergPool.Commands;

/// <summary><c>zergpool check FILE</c>: what pool and zergling would do, and where each value comes from.</summary>
internal static class CheckCommand
{
    /// <summary>Prints the effective options; exits 0, or 78 after every problem.</summary>
    public static int Run(CommandLineOptions commandLine)
    {
        var configured = Configured.Read(commandLine, out var exitCode);
        if (configured is not var (pool, zergling))
            return exitCode;
        var own = pool.Effective.Select(option => option.Name).ToHashSet();
        Console.Write(ConfigurationReport.Render(
            [.. pool.Effective, .. zergling.Effective.Where(option => !own.Contains(option.Name))]));
        return ExitCodes.Ok;
    }
}
