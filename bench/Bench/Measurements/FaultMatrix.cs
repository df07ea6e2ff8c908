using Zerg.Bench.Faults;
using Zerg.Bench.Report;
using Zerg.StrictClient;

namespace Zerg.Bench.Measurements;

/// <summary>Everything that may happen to a pool, with clients of every kind: what they lose, and how long they wait.</summary>
internal sealed class FaultMatrix : IMeasurement
{
    private static readonly TimeSpan s_before = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(0.3);

    public string Name => "faults";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var rows = new List<string[]>();
        var times = context.Quick ? 2 : 5;
        long lost = 0;
        foreach (var hasManager in new[] { false, true })
        {
            if (hasManager && !File.Exists("/usr/bin/python3"))
                break;
            await using var stage = await FaultStage.OpenAsync(context, hasManager);
            await WarmUpAsync(stage);
            foreach (var fault in Fault.All.Where(one => one.NeedsManager == hasManager))
            {
                BenchContext.Say($"{fault.Name}, {times} times");
                var reports = await RunAsync(stage, fault, times, context.Cancel);
                rows.Add([fault.Name, .. reports.Select(Cell)]);
                if (!fault.IsLossy)
                    lost += reports.Sum(report => report?.Lost ?? 0);
            }
        }

        return new Section
        {
            Name = Name,
            Title = $"Faults, {times} times each: lost of requests, and the longest time without any answer, ms",
            Columns = ["what happens", .. FaultLoad.Columns],
            Rows = rows,
            Lost = lost,
            Goals = [new Goal("no request lost but to an app that was killed", $"{lost}", lost == 0)],
            Note = "All kinds of clients at once. The time without any answer is that of the processors as well: "
                + "compare with 'nothing', and with 'hand-over', where new .NET processes start on them.",
        };
    }

    // Client and server over their slow first requests.
    private static async Task WarmUpAsync(FaultStage stage)
    {
        await using var load = new FaultLoad(stage);
        await Task.Delay(s_before * 2);
    }

    private static async Task<IReadOnlyList<LoadReport?>> RunAsync(
        FaultStage stage, Fault fault, int times, CancellationToken cancel)
    {
        await using var load = new FaultLoad(stage);
        await Task.Delay(s_before, cancel);
        for (var i = 0; i < times; i++)
        {
            using (load.Window())
            {
                await fault.Happen(stage, cancel);
                await Task.Delay(s_between, cancel);
            }

            await Task.Delay(s_between, cancel);
        }

        return await load.EndAsync();
    }

    private static string Cell(LoadReport? report) => report is null
        ? "-"
        : $"{report.Lost} of {report.Requests}, {report.LongestStallInWindowsMs:0}";
}
