using System.Globalization;
using System.Net;
using Zerg.Bench.Report;
using Zerg.Stage;
using Zerg.StrictClient;

namespace Zerg.Bench.Measurements;

/// <summary>The same app, twice in one process, where it counts its responses and where it does not.</summary>
internal sealed class Watching : IMeasurement
{
    private const double Allowed = 1.01;
    private const int WarmUps = 4;

    // Of the kernel's clock in /proc, proc_pid_stat(5).
    private const double MicrosecondsPerTick = 10_000;

    private static readonly TimeSpan s_slot = TimeSpan.FromSeconds(0.5);

    public string Name => "watching";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var pairs = await MeasureAsync(context);
        var (silent, counting) = (pairs.Select(pair => pair.Silent).ToList(), pairs.Select(pair => pair.Counting).ToList());
        var processor = new Series(pairs.Select(pair => pair.Counting.Processor / pair.Silent.Processor));

        // Of a median, whatever the distribution is: the ranks within two standard deviations of a fair coin.
        var spread = 0.98 / Math.Sqrt(pairs.Count);
        return new Section
        {
            Name = Name,
            Title = "Cost of watching per request: one app with its responses counted and without",
            Columns = ["figure", "pairs", "without", "with", "with / without"],
            Rows =
            [
                Row("processor time of the app, us a request", "0.00", slot => slot.Processor),
                Row("req/s", "0", slot => slot.PerSecond),
            ],
            Goals = [new Goal($"processor time with / without < {Allowed}", $"{processor.Median:0.000}", processor.Median < Allowed)],
            Lost = pairs.Sum(pair => pair.Silent.Lost + pair.Counting.Lost),
            Note = "Kept connections. Medians (least..most) of pairs of slots of half a second, the two in changing order; the median "
                + $"ratio of processor time is between {processor.At(0.5 - spread):0.000} and {processor.At(0.5 + spread):0.000} (95 %).",
        };

        string[] Row(string name, string format, Func<Slot, double> figure) =>
        [
            name, $"{pairs.Count}", new Series(silent.Select(figure)).Text(format), new Series(counting.Select(figure)).Text(format),
            new Series(pairs.Select(pair => figure(pair.Counting) / figure(pair.Silent))).Text("0.000"),
        ];
    }

    private static async Task<IReadOnlyList<(Slot Silent, Slot Counting)>> MeasureAsync(BenchContext context)
    {
        using var counted = new TemporaryDirectory();
        using var uncounted = new TemporaryDirectory();
        await using var watched = await PoolProcess.StartAsync(context.Pool, counted.Path, null, context.Cancel);
        await using var unwatched = await PoolProcess.StartAsync(context.Pool, uncounted.Path, null, context.Cancel);
        await using var twins = Child.Start(
            ProgramFile.Twins, [watched.Path, unwatched.Path], new Dictionary<string, string?> { ["ASPNETCORE_URLS"] = null });
        foreach (var pool in (PoolProcess[])[watched, unwatched])
        {
            while (pool.Status()?.Zerglings.Any(one => one.State == "accepting") != true)
            {
                if (twins.HasExited)
                    throw twins.Died("before it served");
                await Task.Delay(20, context.Cancel);
            }
        }

        var pairs = new List<(Slot, Slot)>();
        for (var number = -WarmUps; number < (context.Quick ? 60 : 240); number++)
        {
            if (number % 20 == 0)
                BenchContext.Say($"watching, pair {number}");
            Task<Slot> Run(PoolProcess pool) => RunAsync(twins.Pid, pool.EndPoint, context.Cancel);
            var first = await Run(number % 2 == 0 ? watched : unwatched);
            var second = await Run(number % 2 == 0 ? unwatched : watched);
            if (number >= 0)
                pairs.Add(number % 2 == 0 ? (second, first) : (first, second));
        }

        return pairs;
    }

    private static async Task<Slot> RunAsync(int pid, EndPoint target, CancellationToken cancel)
    {
        var load = new LoadRun(new LoadOptions { Target = target, Connections = 16, Duration = s_slot });
        var before = Ticks(pid);
        var report = await load.RunAsync(cancel);
        return new Slot(
            report.RequestsPerSecond, (Ticks(pid) - before) * MicrosecondsPerTick / report.Requests, report.Lost);
    }

    private static long Ticks(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..13].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
    }

    /// <param name="PerSecond">Requests.</param>
    /// <param name="Processor">Microseconds of the app's processor time for one.</param>
    /// <param name="Lost">Requests without a good answer.</param>
    private sealed record Slot(double PerSecond, double Processor, long Lost);
}
