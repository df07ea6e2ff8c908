using Zerg.Bench.Report;
using Zerg.Bench.Servers;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>The memory of a pool that has nothing to do.</summary>
internal sealed class PoolMemory : IMeasurement
{
    // What was measured of uWSGI's pool when the goal was set: its share of pages depends on what else runs.
    private const double Wanted = 4.9;

    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(6);

    public string Name => "memory";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var own = new List<ProcessMemory>();
        var rival = new List<ProcessMemory>();
        for (var i = 0; i < (context.Quick ? 1 : 3); i++)
        {
            BenchContext.Say($"memory, round {i + 1}");
            own.Add(await OfOwnAsync(context));
            if (ProgramFile.Find("uwsgi") is { } uwsgi)
                rival.Add(await OfRivalAsync(uwsgi, context.Cancel));
        }

        var pss = new Series(own.Select(one => one.Pss / 1024.0));
        List<string[]> rows = [Row("ZergPool, one process", own)];
        List<Goal> goals = [new Goal($"PSS below {Wanted} MiB", pss.Text("0.00"), pss.Median < Wanted)];
        if (rival.Count > 0)
        {
            rows.Add(Row("uWSGI zerg pool, master and gateway", rival));
            var ratio = new Series(own.Zip(rival, (ours, theirs) => (double)ours.Pss / theirs.Pss));
            goals.Add(new Goal("PSS below uWSGI's in this run", $"{ratio.Text("0.00")} of it", ratio.Median < 1));
        }

        return new Section
        {
            Name = Name,
            Title = "Memory of the idle pool",
            Columns = ["pool", "PSS MiB", "RSS MiB", "fds"],
            Rows = rows,
            Goals = goals,
            Note = "Pages that other processes map as well count in part: the C library for both, "
                + "uWSGI's own when another uWSGI runs.",
        };
    }

    private static async Task<ProcessMemory> OfOwnAsync(BenchContext context)
    {
        using var directory = new TemporaryDirectory();
        await using var pool = await PoolProcess.StartAsync(context.Pool, directory.Path, null, context.Cancel);
        await Task.Delay(s_settle, context.Cancel);
        return ProcessMemory.Of(pool.Child.Pid);
    }

    private static async Task<ProcessMemory> OfRivalAsync(ProgramFile uwsgi, CancellationToken cancel)
    {
        await using var pool = await UwsgiPool.StartAsync(uwsgi, cancel);
        await Task.Delay(s_settle / 3, cancel);
        return ProcessMemory.Of(pool.Child.Pid);
    }

    private static string[] Row(string name, List<ProcessMemory> all) =>
    [
        name, new Series(all.Select(one => one.Pss / 1024.0)).Text("0.00"),
        new Series(all.Select(one => one.Rss / 1024.0)).Text("0.00"), $"{all[^1].Descriptors}",
    ];
}
