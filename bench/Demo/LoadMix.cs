using System.Net;
using Zerg.StrictClient;

namespace Zerg.Demo;

/// <summary>Clients of several manners at once, none of which tries anything twice.</summary>
internal sealed class LoadMix : IDisposable
{
    private readonly LoadRun[] _runs;
    private readonly CancellationTokenSource _stop = new();
    private Task<LoadReport[]> _running = Task.FromResult<LoadReport[]>([]);
    private long _losses;

    /// <summary>Bounded in all, so that two cores still have time for the releases to start.</summary>
    public LoadMix(EndPoint target, double rate)
    {
        var common = new LoadOptions { Target = target, RequestTimeout = TimeSpan.FromSeconds(10) };
        _runs =
        [
            new LoadRun(common with { Mode = LoadMode.Paced, Connections = 24, Rate = rate }),
            new LoadRun(common with { Mode = LoadMode.PerConnection, Connections = 8, Rate = rate / 5 }),
            new LoadRun(common with { Mode = LoadMode.Slow, Connections = 8, Path = "/slow?ms=100" }),
            new LoadRun(common with { Mode = LoadMode.Idle, Connections = 64 }),
        ];
    }

    public string Describe() => string.Join(", ", _runs.Select(run => run.Options.Mode switch
    {
        LoadMode.Paced => $"{run.Options.Rate:0}/s on {run.Options.Connections} kept connections",
        LoadMode.PerConnection => $"{run.Options.Rate:0}/s one a connection",
        LoadMode.Slow => $"{run.Options.Connections} slow",
        _ => $"{run.Options.Connections} mostly idle",
    }));

    /// <summary>Gets these clients over their own slow first requests; returns how many of them were lost.</summary>
    public async Task<long> WarmUpAsync(CancellationToken cancel)
    {
        var options = _runs[0].Options with { Mode = LoadMode.KeepAlive, Connections = 8, MaxRequests = 2000 };
        return (await new LoadRun(options).RunAsync(cancel)).Lost;
    }

    public void Start() => _running = Task.WhenAll(_runs.Select(run => run.RunAsync(_stop.Token)));

    public void Dispose() => _stop.Dispose();

    /// <summary>Sends no more.</summary>
    public void End() => _stop.Cancel();

    /// <summary>Ends the load; what is on its way may arrive.</summary>
    public Task<LoadReport[]> StopAsync()
    {
        End();
        return _running;
    }

    /// <summary>A look at the load since the last look; for one caller.</summary>
    public Pulse Take()
    {
        LoadSnapshot[] all = [.. _runs.Select(run => run.Snapshot())];
        var before = _losses;
        _losses = all.Sum(one => one.Losses);
        var releases = all.SelectMany(one => one.RecentReleases).GroupBy(pair => pair.Key)
            .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value));
        return new Pulse(
            all[0].At, all.Sum(one => one.Requests), _losses, releases, _losses - before, all[0].RecentP50,
            all[0].RecentP99);
    }
}
