using System.Diagnostics;
using Zerg.Bench.Faults;
using Zerg.Bench.Report;
using Zerg.Stage;

namespace Zerg.Bench.Measurements;

/// <summary>How long a pool is away: for its zerglings after a kill, for whoever asks it during an upgrade.</summary>
internal sealed class Survival : IMeasurement
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(300);

    public string Name => "survival";

    public async Task<Section> RunAsync(BenchContext context)
    {
        var cancel = context.Cancel;
        var times = context.Quick ? 5 : 20;
        await using var stage = await FaultStage.OpenAsync(context, hasManager: false);
        await Task.Delay(s_settle, cancel);
        var before = ProcessFigures.Of(stage.Pool.Pid);
        await using var load = new FaultLoad(stage);
        await Task.Delay(s_between * 4, cancel);

        BenchContext.Say($"kill -9, {times} times");
        var back = new List<double>();
        var complete = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var (sockets, everybody) = await KillAsync(stage, cancel);
            back.Add(sockets);
            complete.Add(everybody);
            await Task.Delay(s_between, cancel);
        }

        BenchContext.Say($"upgrade, {times} times");
        var waits = new List<double>();
        using (load.Window())
        {
            for (var i = 0; i < times; i++)
                waits.Add(await UpgradeAsync(stage, cancel));
        }

        var reports = await load.EndAsync();
        await Task.Delay(s_settle, cancel);
        var after = ProcessFigures.Of(stage.Pool.Pid);
        var lost = reports.Sum(report => report?.Lost ?? 0);
        var keepAlive = reports[0]!;
        string[] Row(string name, IEnumerable<double> values) => [name, new Series(values).Text("0.0")];
        return new Section
        {
            Name = Name,
            Title = $"A pool that is killed and upgraded {times} times under load",
            Columns = ["what", "median (least..most)"],
            Rows =
            [
                Row("kill -9 until the next pool has every socket, ms", back),
                Row("kill -9 until all three zerglings are back too, ms", complete),
                Row("upgrade: the longest a status order waited, ms", waits),
                Row("longest time without an answer during upgrades, keep-alive, ms", [keepAlive.LongestStallInWindowsMs]),
                Row("the same outside of them, kills included, ms", [keepAlive.LongestStallOutsideMs]),
                Row("PSS of the resting pool before, KiB", [before.Pss]),
                Row("and after all of it, KiB", [after.Pss]),
                Row("descriptors before", [before.Descriptors]),
                Row("and after", [after.Descriptors]),
            ],
            Lost = lost,
            Goals = [new Goal("no request lost", $"{lost}", lost == 0)],
            Note = "No request goes through the pool: the clients' figures show that. Zerglings look for their pool "
                + "50 ms after it has gone, then less and less often.",
        };
    }

    private static async Task<(double Sockets, double Everybody)> KillAsync(FaultStage stage, CancellationToken cancel)
    {
        var (former, roster) = (stage.Pool.Pid, SupervisedPool.Roster(stage.Pool.Status()!));
        var watch = Stopwatch.StartNew();
        stage.Pool.Kill();
        await stage.Pool.StatusAsync(
            status => status.Pool.Pid != former && SupervisedPool.IsComplete(status), FaultStage.Patience,
            "the pool after a kill", cancel);
        var sockets = watch.Elapsed.TotalMilliseconds;
        await stage.Pool.RecoveredAsync(former, roster, FaultStage.Patience, cancel);
        return (sockets, watch.Elapsed.TotalMilliseconds);
    }

    private static async Task<double> UpgradeAsync(FaultStage stage, CancellationToken cancel)
    {
        var upgrading = stage.OrderAsync("upgrade", ExitCodes.Ok, cancel);
        double longest = 0;
        do
        {
            // One that is cut off by the upgrade asks again, and its time counts from when it first asked.
            var asked = Stopwatch.GetTimestamp();
            while (await Task.Run(stage.Pool.Status, cancel) is null)
                cancel.ThrowIfCancellationRequested();
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
        }
        while (!upgrading.IsCompleted);

        await upgrading;
        return longest;
    }
}
