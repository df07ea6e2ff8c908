using System.CommandLine;
using System.ComponentModel;
using Zerg.Stage;

namespace Zerg.Soak;

internal static class Program
{
    private const int WaitingThreads = 16;

    public static async Task<int> Main(string[] args)
    {
        var commandLine = new CommandLine();
        var parsed = commandLine.Root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"zergsoak: {parsed.Errors[0].Message}");
            return ExitCodes.Usage;
        }

        commandLine.Root.SetAction((result, _) => RunAsync(commandLine.Read(result)));
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(SoakOptions options)
    {
        // Orders to a pool that is away wait on threads of the same pool as the clients' answers, which must not wait.
        ThreadPool.SetMinThreads(WaitingThreads, WaitingThreads);
        using var interruption = new Interruption();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        over.CancelAfter(options.Limit);
        await using var run = new SoakRun(options, Console.WriteLine);
        try
        {
            var result = await run.RunAsync(over.Token);
            Console.WriteLine($"\n{result}");
            var problems = result.Problems.ToList();
            Console.WriteLine(problems.Count == 0
                ? $"0 lost of {result.Reports.Sum(one => one.Report.Requests)} requests, and nothing grew: "
                    + $"{options.HandOvers} hand-overs, {options.Kills} kills, {options.Upgrades} upgrades, "
                    + $"{options.Reloads} reloads in {result.Time:mm\\:ss}, seed {options.Seed}"
                : $"failed: {string.Join("; ", problems)}; seed {options.Seed}");
            return problems.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.ExitCode;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"failed: not over within {options.Limit.TotalMinutes:0} minutes; seed {options.Seed}");
        }
        catch (Exception problem) when (problem is StageException or TimeoutException or Win32Exception or IOException)
        {
            run.Tell();
            Console.WriteLine($"failed: {problem.Message}; seed {options.Seed}");
        }

        return ExitCodes.Failed;
    }
}
