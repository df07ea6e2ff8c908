using System.CommandLine;
using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Zerg.Bench.Measurements;
using Zerg.Bench.Report;
using Zerg.Stage;

namespace Zerg.Bench;

internal static class Program
{
    private const int WaitingThreads = 16;

    private static readonly IMeasurement[] s_measurements =
    [
        new PoolMemory(), new Attaching(), new Throughput(), new Watching(), new HandOvers(), new Rivals(), new Reading(),
        new Survival(), new FaultMatrix(), new Deploys(),
    ];

    public static async Task<int> Main(string[] args)
    {
        var commandLine = new CommandLine(s_measurements.Select(one => one.Name));
        var parsed = commandLine.Root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"zergbench: {parsed.Errors[0].Message}");
            return ExitCodes.Usage;
        }

        commandLine.Root.SetAction((result, _) => RunAsync(
            result.GetValue(commandLine.Quick), result.GetValue(commandLine.Only), result.GetValue(commandLine.Json)));
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(bool quick, string? only, string? json)
    {
        // Orders to a pool that is away wait on threads of the same pool as the clients' answers, which must not wait.
        ThreadPool.SetMinThreads(WaitingThreads, WaitingThreads);
        using var interruption = new Interruption();
        var context = new BenchContext(quick, interruption.Token);
        try
        {
            var report = await MeasureAsync(context, only);
            if (json is not null)
            {
                var text = JsonSerializer.Serialize(report, BenchJson.Default.BenchReport);
                await File.WriteAllTextAsync(json, text + "\n", context.Cancel);
            }

            return report.Sections.All(section => section.Lost == 0) ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return interruption.ExitCode;
        }
        catch (Exception problem) when (problem is StageException or TimeoutException or Win32Exception or IOException)
        {
            await Console.Error.WriteLineAsync($"zergbench: {problem.Message}");
            return ExitCodes.Failed;
        }
    }

    private static async Task<BenchReport> MeasureAsync(BenchContext context, string? only)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024 * 1024);
        var machine = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} processors, {memory:0} GiB, Linux {Environment.OSVersion.Version}, "
            + $"{RuntimeInformation.FrameworkDescription}");
        var pool = context.Pool == ProgramFile.NativePool
            ? "Native AOT"
            : "JIT (not published: the memory is not the pool's)";
        Console.WriteLine($"{machine}; pool: {pool}\n");
        var sections = new List<Section>();
        foreach (var measurement in s_measurements.Where(one => only is null || one.Name == only))
        {
            var section = await measurement.RunAsync(context);
            sections.Add(section);
            Console.WriteLine(TextTable.Write(section));
        }

        return new BenchReport(machine, pool, context.Quick, sections);
    }
}
