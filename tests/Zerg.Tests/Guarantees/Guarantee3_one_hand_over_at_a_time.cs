using System.Text.RegularExpressions;
using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>Whoever comes meanwhile waits for its turn, is told why it has none, or joins.</summary>
internal sealed partial class Guarantee3_one_hand_over_at_a_time : GuaranteeFixture
{
    [Test, CancelAfter(90_000)]
    public async Task Releases_started_at_once_take_over_one_after_the_other(CancellationToken cancel)
    {
        string[] rivals = ["r1", "r2", "r3"];
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = Load(new Crowd(Stage));
        await crowd.SeesAsync("r0", cancel);
        foreach (var rival in rivals)
            Stage.Hello(rival);

        var status = await Stage.StatusAsync(
            now => now.History.Count == 1 + rivals.Length && Stage.Accepting(now).Count() == 1, cancel);
        var ends = status.History.Reverse().Skip(1).ToList();
        Assert.That(ends.Select(one => one.Release), Is.EquivalentTo(rivals));

        // Each replaced the one before it, and nobody else; none began before that was over.
        var completed = ends.FindAll(one => one.Outcome == "completed");
        Assert.That(
            completed.SelectMany(one => one.From), Is.EqualTo([1, .. completed.Select(one => one.To).SkipLast(1)]));
        Assert.That(status.Pool.Generation, Is.EqualTo(1 + completed.Count));
        await Poll.UntilAsync(
            () => completed.TrueForAll(one => Steps().Contains($"{one.To} completed")),
            () => string.Join(", ", Steps()), cancel);
        var steps = Steps();
        foreach (var one in completed)
            Assert.That(steps[steps.IndexOf($"{one.To} completed") - 1], Is.EqualTo($"{one.To} begins"));

        // The newest serves; one that became ready after a newer one had taken over was told so.
        var last = completed[^1].Release;
        Assert.That(completed[^1].To, Is.EqualTo(ends.Max(one => one.To)));
        Assert.That(Stage.Accepting(status).Single().Release, Is.EqualTo(last));
        foreach (var one in ends.Except(completed))
        {
            Assert.That(one.Reason, Does.StartWith("overtaken by "));
            Assert.That(await Stage.Cast(one.Release).ExitAsync(cancel), Is.EqualTo(ExitCodes.TryAgain));
        }

        await crowd.SeesAsync(last, cancel);
        await Stage.LeftAsync(["r0", .. completed.SkipLast(1).Select(one => one.Release)], cancel);
        await crowd.LeaveAsync(null);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_release_that_was_replaced_does_not_come_back_by_itself(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        var first = await Stage.PremiereAsync("old", cancel);
        var crowd = Load(new Crowd(Stage));
        await crowd.SeesAsync("old", cancel);
        await Stage.RollOutAsync("new", cancel);
        await crowd.SeesAsync("new", cancel);
        Assert.That(await first.ExitAsync(cancel), Is.Zero);

        var back = Stage.Hello("old");
        Assert.That(await back.ExitAsync(cancel), Is.EqualTo(ExitCodes.TryAgain));
        var status = await Stage.StatusAsync(status => status.Zerglings.Count == 1, cancel);
        Assert.That(status.History[0].Outcome, Is.EqualTo("completed"));
        await Stage.Pool.ErrorAsync("is sent away: release 'old' was replaced a moment ago", cancel);
        Assert.That(Stage.Accepting(status).Single().Release, Is.EqualTo("new"));

        // The next one of that name must not be taken for the one that this line is about.
        await Stage.Pool.ErrorAsync("zergling 3 (release 'old') left", cancel);

        await Stage.RollOutAsync("old", cancel, ("ZERG_MODE", "replace"));
        await crowd.LeaveAsync("old", "new");
    }

    [Test, CancelAfter(60_000)]
    public async Task A_copy_of_the_same_release_joins(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        var first = await Stage.PremiereAsync("same", cancel);
        var crowd = Load(new Crowd(Stage));
        var second = Stage.Hello("same");

        // Both have connections of their own.
        var status = await Stage.StatusAsync(
            status => Stage.Accepting(status).Count(one => one.Connections > 0) == 2, cancel);
        Assert.That(status.Zerglings.Select(one => one.Generation), Is.EqualTo([1, 1]));
        Assert.That(status.Pool.Generation, Is.EqualTo(1));
        Assert.That(status.History.Single().To, Is.EqualTo(1));

        // Another release replaces both.
        await Stage.RollOutAsync("other", cancel);
        await crowd.SeesAsync("other", cancel);
        Assert.That((await Stage.StatusAsync(cancel)).History[0].From, Is.EqualTo([1, 2]));
        Assert.That(await first.ExitAsync(cancel), Is.Zero);
        Assert.That(await second.ExitAsync(cancel), Is.Zero);
        await crowd.LeaveAsync("same", "other");
    }

    [Test, CancelAfter(60_000)]
    public async Task A_release_that_hangs_does_not_hold_up_the_next(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("old", cancel);
        var crowd = Load(new Crowd(Stage));
        await crowd.SeesAsync("old", cancel);
        var hangs = Stage.Hello("hangs", ("HELLO_FAIL", "hang"));
        await Stage.StatusAsync(status => status.Handover is { To: 2 }, cancel);
        await Stage.RollOutAsync("new", cancel);

        Assert.That(await hangs.ExitAsync(cancel), Is.EqualTo(ExitCodes.TryAgain));
        var history = (await Stage.StatusAsync(cancel)).History;
        Assert.That(history.Select(one => (one.Release, one.Outcome)), Is.EqualTo(
            [("new", "completed"), ("hangs", "failed"), ("old", "completed")]));
        Assert.That(history[1].Reason, Does.StartWith("overtaken by "));
        await crowd.SeesAsync("new", cancel);
        await crowd.LeaveAsync("old", "new");
    }

    private static Crowd Load(Crowd crowd) => crowd
        .Add("keep-alive", 100, o => o with { Mode = LoadMode.Paced, Connections = 32, Rate = 400 })
        .Add("one connection a request", 100, o => o with { Mode = LoadMode.PerConnection, Connections = 2 });

    private List<string> Steps() =>
    [
        .. Stage.Pool.Error.Lines.Select(line => Step().Match(line)).Where(match => match.Success).Select(
            match => $"{match.Groups[1].Value} {match.Groups[2].Value}"),
    ];

    [GeneratedRegex(@"hand-over to zergling (\d+) \(release '[^']*'\) (begins|completed)")]
    private static partial Regex Step();
}
