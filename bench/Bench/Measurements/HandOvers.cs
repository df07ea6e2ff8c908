using Zerg.Bench.Report;
using Zerg.Bench.Servers;
using Zerg.StrictClient;

namespace Zerg.Bench.Measurements;

/// <summary>What a hand-over does to the latency.</summary>
internal sealed class HandOvers : IMeasurement
{
    private const double Wanted = 15;
    private const double Share = 0.3;
    private const double MostPerSecond = 3000;

    public string Name => "hand-overs";

    public async Task<Section> RunAsync(BenchContext context)
    {
        await using var server = new ZergServer(context.Pool);
        await server.StartAsync(context.Cancel);
        var capacity = await Renewal.WarmUpAsync(server, LoadMode.KeepAlive, context.Cancel);
        var rate = Math.Min(MostPerSecond, capacity * Share);
        var renewals = new List<Renewal>();
        for (var i = 0; i < (context.Quick ? 3 : 10); i++)
        {
            BenchContext.Say($"hand-over {i + 1} at {rate:0} requests a second");
            renewals.Add(await Renewal.RunAsync(
                server, LoadMode.Paced, rate, TimeSpan.FromSeconds(context.Quick ? 2 : 3), context.Cancel));
        }

        var stall = new Series(renewals.Select(one => one.Switch.LongestStallInWindowsMs));
        return new Section
        {
            Name = Name,
            Title = $"Latency during {renewals.Count} hand-overs, {rate:0} req/s kept alive "
                + $"({rate / capacity:0 %} of {capacity:0}), ms",
            Columns = ["when", "requests", "lost", "p50", "p99", "p99.9", "max", "longest stall"],
            Rows =
            [
                Row("steady", renewals, one => one.Whole, inWindow: false),
                Row("start..old left", renewals, one => one.Whole, inWindow: true),
                Row("the switch", renewals, one => one.Switch, inWindow: true),
            ],
            Goals =
            [
                new Goal($"median stall at the switch < {Wanted} ms", stall.Text("0.0"), stall.Median < Wanted),
                new Goal("no request lost", $"{renewals.Sum(one => one.Lost)}", renewals.All(one => one.Lost == 0)),
            ],
            Lost = renewals.Sum(one => one.Lost),
            Note = "Medians of the hand-overs (least..most). The new .NET process starts on the processors that serve: "
                + "compare with 'steady'.",
        };
    }

    private static string[] Row(string name, List<Renewal> renewals, Func<Renewal, LoadReport> report, bool inWindow)
    {
        List<LoadReport> reports = [.. renewals.Select(report)];
        List<LatencySummary> latencies =
            [.. reports.Select(one => inWindow ? one.LatencyInWindows : one.LatencyOutside)];
        string Text(Func<LatencySummary, double> figure) => new Series(latencies.Select(figure)).Text("0.0");
        var losses = reports.Select(one => inWindow ? one.LossesInWindows : one.LossesOutside);
        var stalls = reports.Select(one => inWindow ? one.LongestStallInWindowsMs : one.LongestStallOutsideMs);
        return
        [
            name, $"{latencies.Sum(one => one.Count)}", $"{losses.Sum(kinds => kinds.Values.Sum())}",
            Text(one => one.P50), Text(one => one.P99), Text(one => one.P999), Text(one => one.Max),
            new Series(stalls).Text("0.0"),
        ];
    }
}
