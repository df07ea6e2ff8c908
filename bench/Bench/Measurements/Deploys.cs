using Zerg.Bench.Report;
using Zerg.Bench.Servers;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>What a deploy adds to the start of the app, and how long it takes to go back.</summary>
internal sealed class Deploys : IMeasurement
{
    private const double Wanted = 100;

    private static readonly TimeSpan s_drainIdle = TimeSpan.FromMilliseconds(100);

    public string Name => "deploys";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var rows = new List<string[]>();
        var goals = new List<Goal>();
        var rounds = context.Quick ? 5 : 15;
        var gunicorn = ProgramFile.Find("gunicorn");
        if (gunicorn is not null)
            await LaunchedAsync(context, gunicorn, rounds, rows);
        var back = new Series(await StandbyAsync(context, rounds));
        rows.Add(["rollback to an app in standby, until it answers", back.Text("0")]);
        goals.Add(new Goal($"an app in standby answers within {Wanted} ms", back.Text("0"), back.Median < Wanted));
        return new Section
        {
            Name = Name,
            Title = $"Deploying and going back, {rounds} rounds each in turn, ms",
            Columns = ["from the start of the command", "median (least..most)"],
            Rows = rows,
            Goals = goals,
            Note = (gunicorn is null ? "Not installed: gunicorn. " : "")
                + "A client asks every 2 ms, one connection a request, until the release in question answers. What a "
                + "deploy adds is the difference in each round: command, launcher, check of 'ready', hand-over. "
                + "Workers of a launcher answer as soon as they run, before it has taken over.",
        };
    }

    private static async Task LaunchedAsync(BenchContext context, ProgramFile gunicorn, int rounds, List<string[]> rows)
    {
        await using var stage = await DeployStage.OpenAsync(context.Pool, gunicorn, context.Cancel);
        await stage.OrderAsync("r0", context.Cancel, "deploy", "--release", "r0");
        List<double> alone = [], back = [];
        List<(double Answered, double Serves)> deployed = [];
        for (var round = 1; round <= rounds; round++)
        {
            BenchContext.Say($"deploy and rollback of a launcher, round {round}");
            alone.Add(await stage.AloneAsync(context.Cancel));
            deployed.Add(await stage.OrderAsync($"r{round}", context.Cancel, "deploy", "--release", $"r{round}"));
            back.Add((await stage.OrderAsync($"r{round - 1}", context.Cancel, "rollback")).Answered);

            // The way there again, for the next round to go back from.
            await stage.OrderAsync($"r{round}", context.Cancel, "deploy", "--release", $"r{round}");
        }

        rows.Add(["gunicorn by itself, until it answers", new Series(alone).Text("0")]);
        rows.Add(["deploy of it, until the new release answers", Text(deployed, one => one.Answered)]);
        rows.Add(["deploy of it, until it has taken over", Text(deployed, one => one.Serves)]);
        var added = new Series(deployed.Zip(alone, (all, own) => all.Serves - own));
        rows.Add(["what the deploy adds until then", added.Text("0")]);
        rows.Add(["rollback of it: the old release starts again and answers", new Series(back).Text("0")]);
    }

    private static string Text(
        IEnumerable<(double Answered, double Serves)> deploys, Func<(double Answered, double Serves), double> figure)
        => new Series(deploys.Select(figure)).Text("0");

    private static async Task<List<double>> StandbyAsync(BenchContext context, int rounds)
    {
        using var directory = new TemporaryDirectory();
        await using var pool = await PoolProcess.StartAsync(
            context.Pool, directory.Path, null, context.Cancel, "--rollback-window", "60s");
        await using var old = HelloApp.Attach(pool.Path, "old", s_drainIdle);
        await pool.ServingAsync(old, context.Cancel);
        var took = new List<double>();
        for (var round = 1; round <= rounds; round++)
        {
            BenchContext.Say($"rollback to an app in standby, round {round}");
            await using var bad = HelloApp.Attach(pool.Path, $"bad{round}", s_drainIdle);
            await pool.HandoverAsync(bad, context.Cancel);
            while (pool.Status()?.Rollback.Any(one => one.Standby.Count > 0) != true)
                await Task.Delay(20, context.Cancel);
            took.Add(await BackAsync(context, pool));
            await bad.Child.Exited.WaitAsync(context.Cancel);
        }

        return took;
    }

    private static async Task<double> BackAsync(BenchContext context, PoolProcess pool)
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await using var command = Child.Start(context.Pool, ["rollback", "--zerg", pool.Path]);
        var answered = await FirstAnswer.OfAsync(pool.EndPoint, "old", began, context.Cancel);
        return await command.Exited.WaitAsync(context.Cancel) is not 0 and var status
            ? throw new StageException($"rollback ended with {status}: {string.Join(" | ", command.Lines.TakeLast(5))}")
            : answered;
    }
}
