using System.CommandLine;

namespace Zerg.StrictClient;

internal static class Program
{
    private const int ExitOk = 0;
    private const int ExitLoss = 1;
    private const int ExitUsage = 64;

    public static async Task<int> Main(string[] args)
    {
        var commandLine = new CommandLine();
        var result = commandLine.Root.Parse(args);
        if (result.Errors.Count > 0)
            return Refuse(result.Errors.Select(error => error.Message));
        commandLine.Root.SetAction((parsed, stop) => RunAsync(commandLine, parsed, stop));
        // The first signal ends the load; what is on the way may take its time.
        var configuration = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
        return await result.InvokeAsync(configuration);
    }

    private static async Task<int> RunAsync(CommandLine commandLine, ParseResult parsed, CancellationToken stop)
    {
        var options = commandLine.Read(parsed);
        var problems = options.Validate().ToList();
        if (problems.Count > 0)
            return Refuse(problems);
        var report = await new LoadRun(options).RunAsync(stop);
        var text = parsed.GetValue(commandLine.Json) ? ReportJson.Write(report) + '\n' : ReportText.Write(report);
        await Console.Out.WriteAsync(text);
        return report.Lost == 0 ? ExitOk : ExitLoss;
    }

    private static int Refuse(IEnumerable<string> problems)
    {
        foreach (var problem in problems)
            Console.Error.WriteLine($"strictclient: {problem}");
        return ExitUsage;
    }
}
