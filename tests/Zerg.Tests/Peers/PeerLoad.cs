using System.Net;
using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.PeerServers;

/// <summary>The strict client on a server, from now until the end of the test.</summary>
internal sealed class PeerLoad : IAsyncDisposable
{
    private const int Hopeless = 100;

    private readonly CancellationTokenSource _stop = new();
    private readonly LoadRun _run;
    private readonly Task<LoadReport> _report;

    public PeerLoad(EndPoint target, Func<LoadOptions, LoadOptions> with)
    {
        _run = new LoadRun(with(new LoadOptions { Target = target, RequestTimeout = TimeSpan.FromSeconds(10) }));
        _report = Task.Run(() => _run.RunAsync(_stop.Token));
    }

    public static LoadOptions OneConnectionARequest(LoadOptions options)
        => options with { Mode = LoadMode.PerConnection, Connections = 6 };

    /// <summary>Waits until a release has answered often, alone or not.</summary>
    public async Task SeesAsync(string release, CancellationToken cancel)
    {
        await Poll.UntilAsync(
            () => Task.FromResult(
                _run.Tally.Releases.Counts().GetValueOrDefault(release) >= 20 || _run.Tally.Losses.Total >= Hopeless),
            () => $"ok {_run.Tally.Ok}, lost {_run.Tally.Losses.Total}", cancel);
        if (_run.Tally.Losses.Total >= Hopeless)
            await EndAsync();
    }

    /// <summary>Ends the load with what is on its way, and asserts that nothing was lost.</summary>
    public async Task<LoadReport> EndAsync()
    {
        await _stop.CancelAsync();
        var report = await _report;
        TestContext.Out.WriteLine(
            $"{report.Lost} lost of {report.Requests} requests, {report.Releases.Count} releases");
        Proof.NothingLost(report, "load");
        return report;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _report;
        _stop.Dispose();
    }
}
