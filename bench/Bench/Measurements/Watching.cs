using System.Globalization;
using Zerg.Bench.Report;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>The same app where it counts its responses and where it does not, in the same rounds.</summary>
internal sealed class Watching : IMeasurement
{
    private const double Wanted = 0.99;
    private const int Pairs = 5;
    private const int WarmUps = 2;

    public string Name => "watching";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var rounds = new List<(Round Silent, Round Counting)>();

        // Two processes of the same program are never equally fast: each pair is one of several.
        for (var pair = 0; pair < Pairs; pair++)
            rounds.AddRange(await MeasureAsync(context, pair));

        var ratio = new Series(rounds.Select(round => round.Counting.PerSecond / round.Silent.PerSecond));
        return new Section
        {
            Name = Name,
            Title = "Cost of watching per request: examples/hello with its responses counted and without",
            Columns = ["figure", "rounds", "without", "with", "with / without"],
            Rows =
            [
                [
                    "req/s", $"{rounds.Count}", new Series(rounds.Select(round => round.Silent.PerSecond)).Text("0"),
                    new Series(rounds.Select(round => round.Counting.PerSecond)).Text("0"), ratio.Text("0.000"),
                ],
                [
                    "processor time of the app, us a request", $"{rounds.Count}",
                    new Series(rounds.Select(round => round.Silent.Processor)).Text("0.00"),
                    new Series(rounds.Select(round => round.Counting.Processor)).Text("0.00"),
                    new Series(rounds.Select(round => round.Counting.Processor / round.Silent.Processor)).Text("0.000"),
                ],
            ],
            Goals = [new Goal($"with / without > {Wanted}", $"{ratio.Median:0.000}", ratio.Median > Wanted)],
            Lost = rounds.Sum(round => round.Silent.Lost + round.Counting.Lost),
            Note = "Kept connections. Medians of rounds (least..most); both are asked at the same time, by a client each.",
        };
    }

    private static async Task<IReadOnlyList<(Round Silent, Round Counting)>> MeasureAsync(BenchContext context, int number)
    {
        await using var counting = await Side.StartAsync(context, "true");
        await using var silent = await Side.StartAsync(context, "false");
        var length = TimeSpan.FromSeconds(context.Quick ? 1.5 : 4);
        var rounds = new List<(Round Silent, Round Counting)>();

        // Both at the same time, so that whatever else the machine does meets both. The first rounds do not count.
        for (var i = -WarmUps; i < (context.Quick ? 2 : 4); i++)
        {
            BenchContext.Say($"watching, pair {number}, round {i}");
            var pair = await Task.WhenAll(
                silent.RunAsync(length, context.Cancel), counting.RunAsync(length, context.Cancel));
            if (i >= 0)
                rounds.Add((pair[0], pair[1]));
        }

        return rounds;
    }

    private sealed record Round(double PerSecond, double Processor, long Lost);

    private sealed class Side(TemporaryDirectory directory, PoolProcess pool, HelloApp app) : IAsyncDisposable
    {
        // Of the kernel's clock in /proc, proc_pid_stat(5).
        private const double MicrosecondsPerTick = 10_000;

        public static async Task<Side> StartAsync(BenchContext context, string counts)
        {
            var directory = new TemporaryDirectory();
            var pool = await PoolProcess.StartAsync(context.Pool, directory.Path, null, context.Cancel);
            var app = HelloApp.Attach(
                pool.Path, "v1", TimeSpan.FromSeconds(1), more: [("ZERG_COUNT_RESPONSES", counts)]);
            var side = new Side(directory, pool, app);
            await pool.ServingAsync(app, context.Cancel);
            return side;
        }

        public async Task<Round> RunAsync(TimeSpan length, CancellationToken cancel)
        {
            var before = Ticks();
            var (perSecond, lost) = await ClientProcess.RunAsync(pool.EndPoint, "keep-alive", length, cancel);
            var spent = (Ticks() - before) * MicrosecondsPerTick;
            return new Round(perSecond, spent / (perSecond * length.TotalSeconds), lost);
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            await pool.DisposeAsync();
            directory.Dispose();
        }

        private long Ticks()
        {
            var stat = File.ReadAllText($"/proc/{app.Child.Pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[11..13].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        }
    }
}
