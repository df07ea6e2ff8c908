using ZergPool.Control;
using ZergPool.Following;

namespace Zerg.Tests.Following;

/// <summary>What is told of a zergling that the pool does not have.</summary>
internal sealed class ProgressReaderTests
{
    private const int Id = 20;

    private static readonly DateTimeOffset s_now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    // A record ended as many seconds ago; those that it replaced follow.
    [TestCase(2, "20 completed 60 19", "waiting: zergling 20, release 'y5' has not come back to the pool yet")]
    [TestCase(2, "", "waiting: zergling 20, release 'y5' has not come back to the pool yet")]
    [TestCase(15, "20 completed 60 19", "failed: zergling 20, release 'y5' took over, and is gone")]
    [TestCase(15, "", "failed: zergling 20, release 'y5' is gone")]
    [TestCase(2, "20 completed 1 19", "failed: zergling 20, release 'y5' took over, and is gone")]
    [TestCase(2, "20 failed 60", "failed: for a reason")]
    [TestCase(2, "19 rolled-back 50 20,20 completed 60 19", "failed: went back to release 'y5': for a reason")]
    [TestCase(2, "21 completed 50 20,20 completed 60 19", "done: zergling 20, release 'y5' took over, and was replaced by now")]
    public void Of_a_pool_that_came_back(int secondsAgo, string history, string expected)
    {
        var status = new StatusDocument
        {
            Pool = new PoolStatus(1, "1", Ago(secondsAgo), Ago(secondsAgo), 0, 0, 1, []),
            Sockets = [],
            Limits = [],
            Differences = [],
            Zerglings = [],
            Deployments = [],
            Rollback = [],
            History = [.. history.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Record)],
        };
        var progress = ProgressReader.Read(status, new Target(null, "y5"), Id, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo(expected));
    }

    private static HistoryStatus Record(string text)
    {
        var words = text.Split(' ');
        return new HistoryStatus(
            int.Parse(words[0]), "y5", [.. words.Skip(3).Select(int.Parse)], words[1].Replace('-', ' '), "for a reason", [],
            Ago(int.Parse(words[2]) + 1), 1, null);
    }

    private static DateTimeOffset Ago(int seconds) => s_now - TimeSpan.FromSeconds(seconds);
}
