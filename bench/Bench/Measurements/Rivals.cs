using Zerg.Bench.Report;
using Zerg.Bench.Servers;
using Zerg.Stage;
using Zerg.StrictClient;

namespace Zerg.Bench.Measurements;

/// <summary>The pool beside what others do to bring out a release.</summary>
internal sealed class Rivals : IMeasurement
{
    private const double Rate = 500;

    public string Name => "rivals";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var rows = new List<string[]>();
        long lost = 0;
        var missing = new List<string>();
        lost += await AddAsync(context, rows, new ZergServer(context.Pool));
        foreach (var (name, create) in new (string, Func<ProgramFile, IServer>)[]
        {
            ("nginx", program => new NginxServer(program)),
            ("uwsgi", program => new UwsgiServer(program)),
            ("gunicorn", program => new GunicornServer(program)),
        })
        {
            if (ProgramFile.Find(name) is { } program)
                await AddAsync(context, rows, create(program));
            else
                missing.Add(name);
        }

        return new Section
        {
            Name = Name,
            Title = $"Bringing out a release, {Rate:0} req/s, two workers each; ms",
            Columns =
            [
                "server", "load", "renewals", "requests", "lost", "p99 steady", "p99 during", "stall steady",
                "stall during",
            ],
            Rows = rows,
            Lost = lost,
            Note = (missing.Count > 0 ? $"Not installed: {string.Join(", ", missing)}. " : "")
                + "gunicorn's sync worker and uWSGI's http protocol keep no connection: one request each.",
        };
    }

    private static async Task<long> AddAsync(BenchContext context, List<string[]> rows, IServer server)
    {
        await using var _ = server;
        await server.StartAsync(context.Cancel);
        long lost = 0;
        LoadMode[] modes = server.KeepsAlive ? [LoadMode.PerConnection, LoadMode.Paced] : [LoadMode.PerConnection];
        foreach (var mode in modes)
        {
            await Renewal.WarmUpAsync(server, mode, context.Cancel);
            var renewals = new List<Renewal>();
            for (var i = 0; i < (context.Quick ? 2 : 5); i++)
            {
                BenchContext.Say($"{server.Name}, {mode}, renewal {i + 1}");
                renewals.Add(await Renewal.RunAsync(
                    server, mode, Rate, TimeSpan.FromSeconds(context.Quick ? 1 : 2), context.Cancel));
            }

            rows.Add(Row(server.Name, mode, renewals));
            lost += renewals.Sum(one => one.Lost);
        }

        return lost;
    }

    private static string[] Row(string name, LoadMode mode, List<Renewal> renewals)
    {
        string Text(Func<LoadReport, double> figure) =>
            new Series(renewals.Select(one => figure(one.Whole))).Text("0.0");
        var kinds = string.Concat(renewals.SelectMany(one => one.Losses).Distinct().Select(kind => $" {kind}"));
        return
        [
            name, mode == LoadMode.Paced ? "keep-alive" : "one each", $"{renewals.Count}",
            $"{renewals.Sum(one => one.Requests)}", $"{renewals.Sum(one => one.Lost)}{kinds}",
            Text(one => one.LatencyOutside.P99), Text(one => one.LatencyInWindows.P99),
            Text(one => one.LongestStallOutsideMs), Text(one => one.LongestStallInWindowsMs),
        ];
    }
}
