using Zerg;
using Zerg.Configuration.Reading;
using ZergPool.Converting;

namespace ZergPool.Commands;

/// <summary><c>zergpool convert FILE</c>: the same configuration in the strict spelling.</summary>
internal static class ConvertCommand
{
    /// <summary>Prints the section; exits 0, or 78 when the sources have errors.</summary>
    public static int Run(CommandLineOptions commandLine)
    {
        if (Configured.Sources(commandLine, out var exitCode) is not { } loaded)
            return exitCode;
        exitCode = Configured.Say(loaded.Problems);
        if (exitCode == ExitCodes.Ok)
            Console.Write(new StrictYamlWriter(loaded).Write());
        return exitCode;
    }
}
