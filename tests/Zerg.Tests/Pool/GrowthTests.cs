using System.Globalization;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Pool;

[Parallelizable]
internal sealed class GrowthTests
{
    private const int Attaches = 1_000;
    private const int MaxGrowthKiB = 12 * 1024;

    // What the runtime opens for itself now and then.
    private const int Slack = 5;

    [Test]
    [CancelAfter(180_000)]
    public async Task A_thousand_attaches_leave_nothing_behind(CancellationToken cancel)
    {
        await using var pool = await PoolProcess.StartWithAsync("127.0.0.1:0,DIR/app.sock", cancel);

        // As often, so that what is compiled on the way is compiled by then.
        await AttachAsync(pool, Attaches, cancel);
        var (descriptors, memory) = (PoolProcess.Descriptors(pool.Pid), Memory(pool.Pid));

        await AttachAsync(pool, Attaches, cancel);
        await PoolProcess.UntilAsync(async () => (await pool.ZerglingsAsync(cancel)).Length == 0, cancel);
        await PoolProcess.DescriptorsAsync(pool.Pid, descriptors + Slack, cancel);

        // Waited for: what is garbage goes when the pool has been idle for a moment.
        await Poll.UntilAsync(
            () => Memory(pool.Pid) - memory < MaxGrowthKiB, () => $"{Memory(pool.Pid) - memory} KiB grown", cancel);
        Assert.That((await pool.StatusAsync(cancel)).GetProperty("history").GetArrayLength(), Is.LessThanOrEqualTo(32));
    }

    private static async Task AttachAsync(PoolProcess pool, int count, CancellationToken cancel)
    {
        for (var n = 0; n < count; n++)
        {
            await using var client = await pool.AttachAsync(cancel, $"v{n}");
            if (n % 2 == 0)
                await client.ByeAsync("the test goes on", cancel);
            foreach (var socket in client.Sockets)
                socket.Dispose();
        }
    }

    // Not what is mapped of files: the pool lets go of that every few seconds, and it comes back.
    private static int Memory(int pid) => new[] { "RssAnon", "RssShmem" }
        .Sum(name => int.Parse(PoolProcess.ProcStatus(pid, name)[0], CultureInfo.InvariantCulture));
}
