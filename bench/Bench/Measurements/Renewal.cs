using Zerg.Bench.Servers;
using Zerg.StrictClient;

namespace Zerg.Bench.Measurements;

/// <summary>One release brought out under a paced load: the steady state before it, and what it did.</summary>
/// <param name="Whole">Its window: from the start of the new process until the old one has left.</param>
/// <param name="Switch">Its window: from the readiness of the new one until shortly after the switch.</param>
internal sealed record Renewal(LoadReport Whole, LoadReport Switch)
{
    private const int Connections = 16;

    public long Requests => Whole.Requests + Switch.Requests;

    public long Lost => Whole.Lost + Switch.Lost;

    /// <summary>Losses by kind, for people.</summary>
    public IEnumerable<string> Losses => Whole.Losses.Concat(Switch.Losses).Select(pair => $"{pair.Key}");

    public static async Task<Renewal> RunAsync(
        IServer server, LoadMode mode, double rate, TimeSpan steady, CancellationToken cancel)
    {
        // Two equal loads, for a load has one kind of window.
        var options = new LoadOptions
        {
            Target = server.EndPoint,
            Mode = mode,
            Rate = rate / 2,
            Connections = Connections,
            RequestTimeout = TimeSpan.FromSeconds(10),
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var whole = new LoadRun(options);
        var narrow = new LoadRun(options);
        var running = Task.WhenAll(whole.RunAsync(stop.Token), narrow.RunAsync(stop.Token));
        await Task.Delay(steady, cancel);
        using (whole.BeginWindow("whole"))
            await server.RenewAsync(() => narrow.BeginWindow("switch"), cancel);
        await Task.Delay(steady / 4, cancel);
        await stop.CancelAsync();
        var reports = await running;
        cancel.ThrowIfCancellationRequested();
        return new Renewal(reports[0], reports[1]);
    }

    /// <summary>Gets client and server over their first, slow requests.</summary>
    /// <returns>How many a second they manage.</returns>
    public static async Task<double> WarmUpAsync(IServer server, LoadMode mode, CancellationToken cancel)
    {
        var report = await new LoadRun(new LoadOptions
        {
            Target = server.EndPoint,
            Mode = mode == LoadMode.Paced ? LoadMode.KeepAlive : mode,
            Connections = Connections,
            Duration = TimeSpan.FromSeconds(2),
        }).RunAsync(cancel);
        cancel.ThrowIfCancellationRequested();
        return report.RequestsPerSecond;
    }
}
