using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>What thirty hand-overs leave behind.</summary>
internal sealed class SoakTests : GuaranteeFixture
{
    private const int HandOvers = 30;
    private const int FirstMeasure = 3;
    private const int Tolerance = 2;

    // The runtime's own come and go; one for each hand-over would be many more.
    private const int ThreadTolerance = 10;

    [Test, CancelAfter(240_000)]
    public async Task Thirty_hand_overs_lose_no_request_and_leave_nothing_in_the_pool(CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var crowd = new Crowd(Stage)
            .Add("keep-alive", 3000, o => o with { Connections = 4 })
            .Add("paced", 3000, o => o with { Mode = LoadMode.Paced, Connections = 32, Rate = 300 })
            .Add("one connection a request", 3000, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });
        var early = await RollOutAsync(FirstMeasure, crowd, "r0", cancel);
        var before = await MeasureAsync(early[..^1], cancel);

        List<string> releases = [.. early];
        for (var number = FirstMeasure + 1; number <= HandOvers; number++)
        {
            releases.Add($"r{number}");
            using (crowd.Window(releases[^1]))
                await Stage.RollOutAsync(releases[^1], cancel);
            await crowd.SeesAsync(releases[^1], cancel);
        }

        var after = await MeasureAsync(releases[..^1], cancel);
        await Poll.UntilAsync(
            () => (after = Look()).Descriptors <= before.Descriptors + Tolerance, () => $"{after}", cancel);
        await crowd.LeaveAsync([.. releases]);
        TestContext.Out.WriteLine($"pool: {before} after {FirstMeasure} hand-overs, {after} after {HandOvers}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.Descriptors, Is.LessThanOrEqualTo(before.Descriptors + Tolerance));
            Assert.That(after.Threads, Is.LessThanOrEqualTo(before.Threads + ThreadTolerance));
            Assert.That(after.Children, Is.Zero);
        }
    }

    // Once nobody but the last release is left, and the pool knows it.
    private async Task<Measure> MeasureAsync(IEnumerable<string> replaced, CancellationToken cancel)
    {
        await Stage.LeftAsync(replaced, cancel);
        await Stage.StatusAsync(status => status.Zerglings.Count == 1, cancel);
        return Look();
    }

    private Measure Look()
    {
        var pid = Stage.Pool.Pid;
        return new Measure(
            ProcFiles.Descriptors(pid).Count,
            Directory.EnumerateDirectories($"/proc/{pid}/task").Count(),
            Directory.EnumerateDirectories("/proc").Count(path => int.TryParse(Path.GetFileName(path), out var other)
                && ProcessFamily.ParentOf(other) == pid));
    }

    private sealed record Measure(int Descriptors, int Threads, int Children);
}
