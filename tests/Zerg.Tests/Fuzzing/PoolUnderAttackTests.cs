using System.Globalization;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Fuzzing;

/// <summary>A real pool, given anything on both of its sockets.</summary>
internal sealed class PoolUnderAttackTests
{
    private const int MaxGrowthKiB = 24 * 1024;
    private const int DescriptorSlack = 5;
    private const int ThreadSlack = 8;

    private static readonly TimeSpan s_threadPatience = TimeSpan.FromMinutes(1);

    [Test, CancelAfter(3_600_000)]
    public async Task It_lives_serves_and_does_not_grow(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync("127.0.0.1:0,DIR/app.sock", cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var serving = ServeAsync(pool, over.Token);

        await AttackAsync(pool, TimeSpan.FromSeconds(2), cancel);
        await GoodAloneAsync(pool, cancel);
        var (descriptors, threads, memory) = (PoolProcess.Descriptors(pool.Pid), Threads(pool), Memory(pool));
        await AttackAsync(pool, FuzzSettings.Time, cancel);

        await GoodAloneAsync(pool, cancel);
        await PoolProcess.DescriptorsAsync(pool.Pid, descriptors + DescriptorSlack, cancel);

        // The runtime adds threads where the processors are busy with others, and ends those that have rested for 20 s.
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(s_threadPatience);
        await PoolProcess.UntilAsync(() => Threads(pool) <= threads + ThreadSlack, patience.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.That(Threads(pool), Is.LessThanOrEqualTo(threads + ThreadSlack));
        Assert.That(Memory(pool) - memory, Is.LessThan(MaxGrowthKiB), "KiB grown");
        FuzzSettings.AssertBearable(pool.Process.Lines);
        TestContext.Out.WriteLine($"{pool.Process.Lines.Count} lines of log, {Memory(pool) - memory} KiB grown");
        Assert.That(serving.IsCompleted, Is.False, $"{serving.Exception}");
        await over.CancelAsync();
        await ((Task)serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        TestContext.Out.WriteLine($"served {serving.Result} times");
    }

    private static Task AttackAsync(PoolProcess pool, TimeSpan time, CancellationToken cancel) => Task.WhenAll(
        Attack.RunAsync("frames", pool.Path, time, cancel), Attack.RunAsync("control", pool.Control, time, cancel));

    // An attack may replace it or order it away; then it leaves, as a zergling does, and comes back as another release.
    private static async Task<int> ServeAsync(PoolProcess pool, CancellationToken over)
    {
        var served = 0;
        try
        {
            for (; ; served++)
            {
                await using var client = await pool.AttachAsync(over, $"good-{served}", "good");
                foreach (var socket in client.Sockets)
                    socket.Dispose();
                await client.ReadyAsync(over);
                await foreach (var order in client.OrdersAsync(over))
                {
                    if (order is not (ZergOrder.Resume or ZergOrder.Pause or ZergOrder.Sockets))
                        break;
                    var state = order is ZergOrder.Pause ? ZerglingState.Paused : ZerglingState.Accepting;
                    await client.ReportAsync(new ZergReport(state), over);
                }

                await client.ByeAsync("the next one comes", over);
            }
        }
        catch (OperationCanceledException)
        {
            return served + 1;
        }
    }

    private static Task GoodAloneAsync(PoolProcess pool, CancellationToken cancel) => PoolProcess.UntilAsync(
        async () => await pool.ZerglingsAsync(cancel) is [var one]
            && one.GetProperty("name").GetString() == "good" && one.GetProperty("state").GetString() == "accepting",
        cancel);

    private static int Threads(PoolProcess pool) => Directory.GetDirectories($"/proc/{pool.Pid}/task").Length;

    private static int Memory(PoolProcess pool)
        => int.Parse(PoolProcess.ProcStatus(pool.Pid, "VmRSS")[0], CultureInfo.InvariantCulture);
}
