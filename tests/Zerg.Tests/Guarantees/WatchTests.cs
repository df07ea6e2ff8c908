using Zerg.StrictClient;
using Zerg.Tests.Harness;
using ZergPool.Control;

namespace Zerg.Tests.Guarantees;

/// <summary>A release that answers badly is gone back from, by itself.</summary>
internal sealed class WatchTests : GuaranteeFixture
{
    private static readonly (string, string?) s_bad = ("HELLO_BAD", "5");
    private static readonly (string, string?) s_late = ("HELLO_LATE", "120");
    private static readonly string[] s_watch = ["--rollback-window", "60s", "--watch", "5xx<1%,p99<100ms"];

    // Far above what a busy machine may take for an answer.
    private static readonly string[] s_patientWatch = ["--rollback-window", "60s", "--watch", "5xx<1%,p99<20s"];

    private LoadRun? _load;
    private Task<LoadReport>? _report;
    private CancellationTokenSource? _stop;

    [TearDown]
    public async Task EndLoadAsync()
    {
        if (_report is not null)
            await EndAsync();
        _stop?.Dispose();
        (_load, _report, _stop) = (null, null, null);
    }

    [TestCase(LoadMode.Paced)]
    [TestCase(LoadMode.Http2)]
    [CancelAfter(90_000)]
    public async Task Every_fifth_answer_is_an_error(LoadMode mode, CancellationToken cancel)
    {
        (string, string?)[] environment = mode == LoadMode.Http2 ? [("Kestrel__EndpointDefaults__Protocols", "Http2")] : [];
        await OpenAsync(cancel,
        [
            .. s_watch, "--watch-requests", "50", "--hook-rolled-back",
            "/bin/sh -c 'echo \"$ZERG_REASON\" > DIR/told'",
        ]);
        await Stage.PremiereAsync("r0", cancel, environment);
        Load(mode);
        await SeesAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel, [s_bad, .. environment]);
        await BackAsync(cancel);
        Assert.That(await Stage.Cast("r1").ExitAsync(cancel), Is.Zero);

        var report = await EndAsync();
        Proof.NothingLost(report, "load");
        Assert.That(report.Statuses.Keys, Is.EquivalentTo([200, 500]));
        var (_, history, _) = await Stage.OrderAsync(["history"], cancel);
        Assert.That(history, Does.Match(@"watch: 5xx (1\d|2\d)(\.\d+)? % \(of \d+ responses\) is not < 1 %"));
        await Poll.UntilAsync(
            () => File.Exists($"{Stage.Directory}/told") && File.ReadAllText($"{Stage.Directory}/told").StartsWith("watch: 5xx"),
            () => "no hook", cancel);
    }

    [Test, CancelAfter(90_000)]
    public async Task Every_answer_is_late(CancellationToken cancel)
    {
        await OpenAsync(cancel, [.. s_watch, "--watch-requests", "50"]);
        await Stage.PremiereAsync("r0", cancel);
        Load(LoadMode.Paced);
        await Stage.RollOutAsync("r1", cancel, s_late);
        var reason = await BackAsync(cancel);
        Assert.That(reason, Does.Match(@"^watch: p99 \d+(\.\d)? ms \(of \d+ responses\) is not < 100 ms$"));
        Proof.NothingLost(await EndAsync(), "load");
    }

    [TestCase("too few", 5)]
    [TestCase("good", 0)]
    [CancelAfter(90_000)]
    public async Task Nothing_is_decided_where_there_is_no_reason(string what, int bad, CancellationToken cancel)
    {
        await OpenAsync(cancel, [.. s_patientWatch, "--watch-requests", what == "good" ? "50" : "1000000"]);
        await Stage.PremiereAsync("r0", cancel);
        Load(LoadMode.Paced);
        await SeesAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel, ("HELLO_BAD", $"{bad}"));
        var status = await Stage.StatusAsync(status => Watched(status, "r1") is { Responses: >= 300 }, cancel);
        Assert.That(Watched(status, "r1")!.Terms.Select(term => term.Good), Is.EqualTo(
            what == "good" ? new bool?[] { true, true } : [null, null]));
        Assert.That(Watched(status, "r0")!.Responses, Is.GreaterThan(0));
        Assert.That(status.History.Select(one => one.Outcome), Is.EqualTo(["completed", "completed"]));
        Assert.That(Stage.Accepting(status).Single().Release, Is.EqualTo("r1"));
        Proof.NothingLost(await EndAsync(), "load");
        var (_, table, _) = await Stage.OrderAsync(["status"], cancel);
        Assert.That(table, Does.Match(@"watch 5xx<1%,p99<20s of \d+ responses or more: for \d+s more\n"));
        Assert.That(table, Does.Match(@"  generation 2, release 'r1': \d+ responses, 5xx \d+(\.\d+)? %, p99 \d+(\.\d+)? ms\n"));
    }

    // The next pool knows nothing of it but what zerglings tell, or everything.
    [TestCase("kill")]
    [TestCase("upgrade")]
    [CancelAfter(90_000)]
    public async Task Though_the_pool_is_another_one_by_then(string fate, CancellationToken cancel)
    {
        await OpenAsync(cancel, [.. s_patientWatch, "--watch-requests", "1500"]);
        await Stage.PremiereAsync("r0", cancel);
        await Stage.RollOutAsync("r1", cancel, s_bad);

        // Too few to decide anything, however late the status is asked for.
        Load(LoadMode.Paced, most: 200);
        var before = await Stage.StatusAsync(status => Watched(status, "r1") is { Responses: >= 100 }, cancel);
        Assert.That(before.History, Has.Count.EqualTo(2));
        Proof.NothingLost(await _report!, "load");
        Load(LoadMode.Paced);
        if (fate == "kill")
        {
            await Stage.KillAsync(cancel);
            await Stage.ComeBackAsync(cancel);
        }
        else
        {
            Assert.That((await Stage.OrderAsync(["upgrade"], cancel)).ExitCode, Is.Zero);
        }

        await BackAsync(cancel);
        Assert.That(await Stage.Cast("r1").ExitAsync(cancel), Is.Zero);
        Proof.NothingLost(await EndAsync(), "load");
    }

    [Test, CancelAfter(60_000)]
    public async Task Workers_that_tell_no_figures_decide_nothing_and_that_is_said(CancellationToken cancel)
    {
        await OpenAsync(cancel, [.. s_watch, "--watch-requests", "1"]);
        await Stage.PremiereAsync("r0", cancel);
        var from = Stage.Pool.Error.Lines.Count;
        await Stage.TakesOverAsync(
            Stage.Launch("r1", "--env ZERG_COUNT_RESPONSES=false", "dotnet", AspNetCore.HelloProcess.Assembly), "r1", from, cancel);
        Assert.That(await Stage.GetAsync(cancel, "/nobody"), Does.Contain("404"));
        var status = await Stage.StatusAsync(cancel);
        Assert.That(status.Watch.Single().Problem, Is.EqualTo("no figures from this kind of zergling"));

        // Its workers might have more to say; so that is waited for.
        await Stage.Pool.Error.WaitAsync(line => line.Contains("watch: no figures from this kind of zergling"), cancel, from);
        var (_, table, _) = await Stage.OrderAsync(["status"], cancel);
        Assert.That(table, Does.Contain("watch: no figures from this kind of zergling\n"));
    }

    private static WatchedGeneration? Watched(StatusDocument status, string release)
        => status.Watch.Single().Generations.FirstOrDefault(one => one.Release == release);

    private void Load(LoadMode mode, long? most = null)
    {
        _stop?.Dispose();
        _stop = new CancellationTokenSource();
        _load = new LoadRun(new LoadOptions
        {
            Target = Stage.EndPoint,
            Mode = mode,
            Connections = 8,
            Rate = 300,
            MaxRequests = most,
            StreamsPerConnection = 4,
            AnyStatus = true,
        });
        _report = Task.Run(() => _load.RunAsync(_stop.Token));
    }

    private Task SeesAsync(string release, CancellationToken cancel) => Poll.UntilAsync(
        () => _load!.Tally.Releases.Counts().GetValueOrDefault(release) > 0, () => $"no answer of {release}", cancel);

    private async Task<string> BackAsync(CancellationToken cancel)
    {
        var status = await Stage.StatusAsync(
            status => status.History is [{ Outcome: "rolled back", Release: "r0" }, ..], cancel);
        return status.History[0].Reason;
    }

    private async Task<LoadReport> EndAsync()
    {
        await _stop!.CancelAsync();
        return await _report!;
    }
}
