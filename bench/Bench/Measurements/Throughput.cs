using System.Net;
using Zerg.Bench.Report;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>The same app behind the pool and by itself, in alternating rounds.</summary>
internal sealed class Throughput : IMeasurement
{
    private const double Wanted = 0.98;

    private static readonly string[] s_modes = ["keep-alive", "per-connection"];

    public string Name => "throughput";

    public async Task<Section> RunAsync(BenchContext context)
    {
        using var directory = new TemporaryDirectory();
        await using var pool = await PoolProcess.StartAsync(context.Pool, directory.Path, null, context.Cancel);
        await using var pooled = HelloApp.Attach(pool.Path, "pooled", TimeSpan.FromSeconds(1));
        await pool.ServingAsync(pooled, context.Cancel);
        var (alone, endPoint) = await HelloApp.BindAsync(context.Cancel);
        await using var _ = alone;

        var rows = new List<string[]>();
        var goals = new List<Goal>();
        long lost = 0;
        foreach (var mode in s_modes)
        {
            var rounds = await MeasureAsync(context, mode, pool.EndPoint, endPoint);
            var ratio = new Series(rounds.Select(round => round.Pooled / round.Alone));
            lost += rounds.Sum(round => round.Lost);
            rows.Add(
            [
                mode, $"{rounds.Count}", new Series(rounds.Select(round => round.Alone)).Text("0"),
                new Series(rounds.Select(round => round.Pooled)).Text("0"), ratio.Text("0.000"),
                $"{rounds.Sum(round => round.Lost)}",
            ]);
            goals.Add(new Goal($"{mode}: pool / alone >= {Wanted}", $"{ratio.Median:0.000}", ratio.Median >= Wanted));
        }

        return new Section
        {
            Name = Name,
            Title = "Throughput: examples/hello behind the pool and by itself",
            Columns = ["mode", "rounds", "alone, req/s", "pool, req/s", "pool / alone", "lost"],
            Rows = rows,
            Goals = goals,
            Lost = lost,
            Note = "Medians of rounds (least..most); the client is a process of its own on the same processors.",
        };
    }

    private static async Task<List<(double Alone, double Pooled, long Lost)>> MeasureAsync(
        BenchContext context, string mode, EndPoint pooled, EndPoint alone)
    {
        var length = TimeSpan.FromSeconds(context.Quick ? 1.5 : 4);
        var rounds = new List<(double, double, long)>();

        // The first round warms both up and does not count.
        for (var i = 0; i <= (context.Quick ? 4 : 10); i++)
        {
            BenchContext.Say($"throughput, {mode}, round {i}");
            var first = await ClientProcess.RunAsync(i % 2 == 0 ? alone : pooled, mode, length, context.Cancel);
            var second = await ClientProcess.RunAsync(i % 2 == 0 ? pooled : alone, mode, length, context.Cancel);
            var (own, behind) = i % 2 == 0 ? (first, second) : (second, first);
            if (i > 0)
                rounds.Add((own.PerSecond, behind.PerSecond, own.Lost + behind.Lost));
        }

        return rounds;
    }
}
