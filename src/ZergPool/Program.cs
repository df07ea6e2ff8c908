using System.CommandLine;
using Zerg;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Commands;

namespace ZergPool;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        Signals.Restore();
        if (args.Length == 0)
            return Complaint.Write("a configuration file is needed, or --zerg-pool: see zergpool --help", ExitCodes.Usage);

        var (own, words) = DeployCommand.Split(args);
        var result = CommandLine.Build(own, words).Parse(own, VocabularyOptions.Parsing);
        if (result.Errors.Count > 0)
        {
            // One line, not the whole help: what was wrong is what is looked for.
            foreach (var error in result.Errors)
                Complaint.Write(error.Message);
            return ExitCodes.Usage;
        }

        return await result.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }
}
