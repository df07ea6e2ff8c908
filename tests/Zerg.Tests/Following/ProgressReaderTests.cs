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
        var progress = ProgressReader.Read(Status(secondsAgo, history), new Target(null, "y5"), Id, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo(expected));
    }

    [TestCase("21 completed 1 20,20 completed 60 19", "failed: zergling 21, release 'y5' took over, and is gone")]
    [TestCase("21 failed 1,20 completed 60 19", "failed: for a reason")]
    [TestCase("20 completed 6 19", "waiting: nobody takes over yet")]
    [TestCase("", "waiting: nobody takes over yet")]
    public void Whoever_comes_next_may_be_through_before_it_is_seen(string history, string expected)
    {
        var progress = ProgressReader.Read(Status(60, history), new Target(null, null, Ago(5)), null, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo(expected));
    }

    [TestCase("draining", "draining: zergling 20, release 'y5' serves; zergling 21 drains (3 connections, 1 requests)")]
    [TestCase("standby", "done: zergling 20, release 'y5' serves")]
    public void One_that_was_gone_back_to_serves_alone_when_the_other_is_gone(string state, string expected)
    {
        var status = Status(60, "20 rolled-back 2 21,21 completed 30 20,20 completed 60");
        status = status with { Zerglings = [Zergling(20, "accepting"), Zergling(21, state)] };
        var progress = ProgressReader.Read(status, new Target(null, "y5"), Id, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo(expected));
    }

    [TestCase("accepting", "20 completed 1 19", "done: zergling 20, release 'y5' serves")]
    [TestCase("down", "20 completed 1 19", "waiting: zergling 20, release 'y5' has lost its workers, and starts them again")]
    [TestCase("draining", "21 completed 1 20,20 completed 9 19", "done: zergling 20, release 'y5' took over, and was replaced by now")]
    [TestCase("standby", "21 completed 1 20,20 completed 9 19", "done: zergling 20, release 'y5' took over, and was replaced by now")]
    [TestCase("draining", "20 completed 9 19", "failed: zergling 20, release 'y5' took over, and leaves")]
    [TestCase("draining", "", "failed: zergling 20, release 'y5' leaves")]
    [TestCase("standby", "", "waiting: zergling 20, release 'y5' is warm and waits in standby")]
    public void Only_one_that_accepts_serves(string state, string history, string expected)
    {
        var status = Status(60, history) with { Zerglings = [Zergling(Id, state)] };
        var progress = ProgressReader.Read(status, new Target(null, "y5"), Id, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo(expected));
    }

    [TestCase("uwsgi", "accepting", "failed: zergling 20, release 'y5' serves, and so does zergling 19: "
        + "a uWSGI that reads no legacy-fifo cannot be told to leave")]
    [TestCase("uwsgi", "draining", "draining: zergling 20, release 'y5' serves; zergling 19 drains (3 connections, 1 requests)")]
    [TestCase("launcher", "accepting", "draining: zergling 20, release 'y5' serves; zergling 19 drains (3 connections, 1 requests)")]
    public void What_cannot_be_told_to_leave_is_not_waited_for(string kind, string state, string expected)
    {
        var status = Status(60, "20 completed 1 19") with
        {
            Zerglings = [Zergling(19, state) with { Kind = kind }, Zergling(Id, "accepting")],
        };
        var progress = ProgressReader.Read(status, new Target(null, "y5"), Id, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo(expected));
    }

    [Test]
    public void Of_several_pools_its_own_hand_over_counts()
    {
        var baking = new HandoverStatus(Id, [19], "baking", Ago(3), new ExchangeStatus(1, 4, 3, null, Ago(-5), null));
        var status = Status(60, "") with
        {
            Zerglings = [Zergling(Id, "accepting") with { Pool = "/b" }],
            Handover = new HandoverStatus(30, [], "starting", Ago(2)),
            Pools = [new EachPoolStatus("/a", 1, new HandoverStatus(30, [], "starting", Ago(2))), new EachPoolStatus("/b", 1, baking)],
        };
        var progress = ProgressReader.Read(status, new Target(null, "y5"), Id, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo("baking: zergling 20, release 'y5': 1 of 4 workers serve"));
    }

    // Deployments, newest first, each with its label, its state, and how long ago it was asked for.
    [TestCase("y5 failed 4,y6 attached 8", "failed: for no good")]
    [TestCase("y5 queued 4", "queued: waits until the hand-over before it is through")]
    [TestCase("y5 starting 4,y5 failed 5", "starting: launcher pid 7 starts")]
    [TestCase("y6 failed 4,y5 failed 40", "failed: zergling 20, release 'y5' took over, and is gone")]
    [TestCase("y6 failed 4,y5 left 40", "failed: zergling 20, release 'y5' took over, and is gone")]
    public void What_the_pool_starts_anew_is_not_what_served_before(string deployments, string expected)
    {
        var status = Status(60, "20 completed 30 19") with
        {
            Deployments =
            [
                .. from text in deployments.Split(',')
                   let words = text.Split(' ')
                   select new DeploymentStatus(
                       1, words[0], words[1], null, 7, words[1] == "failed" ? "for no good" : null, Ago(int.Parse(words[2]))),
            ],
        };
        var progress = ProgressReader.Read(status, new Target(null, "y5"), null, s_now);
        Assert.That($"{progress.Stage}: {progress.Text}", Is.EqualTo(expected));
    }

    [Test]
    public void One_that_drains_for_the_next_was_replaced()
    {
        var status = Status(60, "20 completed 30 19") with
        {
            Zerglings = [Zergling(20, "draining")],
            Handover = new HandoverStatus(22, [20], "draining", Ago(1)),
        };
        var progress = ProgressReader.Read(status, new Target(null, "y5"), Id, s_now);
        Assert.That(
            $"{progress.Stage}: {progress.Text}",
            Is.EqualTo("done: zergling 20, release 'y5' took over, and was replaced by now"));
    }

    private static ZerglingStatus Zergling(int id, string state) => new(
        id, id, 0, "app", "hello", "hello", "y5", 1, "auto", state, Ago(1), null, Ago(9), Ago(8), Ago(7), 3, 1, [], null);

    private static StatusDocument Status(int secondsAgo, string history) => new()
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

    private static HistoryStatus Record(string text)
    {
        var words = text.Split(' ');
        return new HistoryStatus(
            int.Parse(words[0]), "y5", [.. words.Skip(3).Select(int.Parse)], words[1].Replace('-', ' '), "for a reason", [],
            Ago(int.Parse(words[2]) + 1), 1, null);
    }

    private static DateTimeOffset Ago(int seconds) => s_now - TimeSpan.FromSeconds(seconds);
}
