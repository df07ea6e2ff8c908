using Zerg.Bench.Report;
using Zerg.Bench.Servers;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>How long it takes to get the sockets, and what a thousand attaches leave behind in the pool.</summary>
internal sealed class Attaching : IMeasurement
{
    private const int Attaches = 1000;
    private const int WarmUps = 200;

    // Below this it is noise of the allocator, not growth.
    private const long NoiseKiB = 256;

    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);

    public string Name => "attach";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var rows = new List<string[]>();
        var goals = new List<Goal>();
        using (var directory = new TemporaryDirectory())
        {
            await using var pool = await PoolProcess.StartAsync(context.Pool, directory.Path, null, context.Cancel);
            var session = await MeasureAsync(
                context, "session", pool.Child.Pid, () => Attacher.SessionAsync(pool.Path, context.Cancel));
            rows.Add(session.Cells("ZergPool, whole session"));
            goals.Add(new Goal(
                $"no descriptor more after {Attaches}", $"{session.MoreDescriptors:+0;-0;0}",
                session.MoreDescriptors <= 0));
            goals.Add(new Goal(
                $"no growth of the PSS (noise: {NoiseKiB} KiB)", $"{session.MorePss:+0;-0;0} KiB",
                session.MorePss <= NoiseKiB));
            var raw = await MeasureAsync(
                context, "raw", pool.Child.Pid, () => Task.Run(() => Attacher.Raw(pool.Path), context.Cancel));
            rows.Add(raw.Cells("ZergPool, raw greeting"));
        }

        if (ProgramFile.Find("uwsgi") is { } uwsgi)
        {
            await using var rival = await UwsgiPool.StartAsync(uwsgi, context.Cancel);
            var raw = await MeasureAsync(
                context, "uWSGI", rival.Child.Pid, () => Task.Run(() => Attacher.Raw(rival.Path), context.Cancel));
            rows.Add(raw.Cells("uWSGI zerg pool, raw greeting"));
        }

        return new Section
        {
            Name = Name,
            Title = $"{Attaches} attaches: from connect to the sockets, ms, and the pool before and after",
            Columns =
            [
                "pool", "p50", "p99", "max", "fds before", "after", "PSS KiB before", "after",
                "RSS KiB before", "after",
            ],
            Rows = rows,
            Goals = goals,
            Note = $"{WarmUps} attaches before it are not counted; "
                + $"the memory is read {s_settle.TotalSeconds:0} s after the last.",
        };
    }

    private static async Task<AttachResult> MeasureAsync(
        BenchContext context, string name, int pid, Func<Task<double>> attach)
    {
        BenchContext.Say($"attach, {name}");
        for (var i = 0; i < WarmUps; i++)
            await attach();
        await Task.Delay(s_settle, context.Cancel);
        var before = ProcessMemory.Of(pid);
        var times = new List<double>();
        for (var i = 0; i < Attaches; i++)
            times.Add(await attach());
        await Task.Delay(s_settle, context.Cancel);
        return new AttachResult(new Series(times), before, ProcessMemory.Of(pid));
    }
}
