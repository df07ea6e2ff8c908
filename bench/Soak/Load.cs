using System.Net;
using Zerg.StrictClient;

namespace Zerg.Soak;

/// <summary>Clients that are there all the time, and none of which tries anything twice.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly (string Name, LoadRun Run)[] _clients;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<LoadReport[]> _running;

    /// <summary>Bounded, so that the releases have time to start on a small machine.</summary>
    public Load(EndPoint apps, EndPoint? workers)
    {
        var common = new LoadOptions { Target = apps, RequestTimeout = TimeSpan.FromSeconds(15) };
        List<(string, LoadRun)> clients =
        [
            ("kept connections", new LoadRun(common with { Mode = LoadMode.Paced, Connections = 16, Rate = 300 })),
            ("one each", new LoadRun(common with { Mode = LoadMode.PerConnection, Connections = 8, Rate = 100 })),
        ];
        if (workers is not null)
        {
            clients.Add((
                "one each, workers of the launcher",
                new LoadRun(common with
                {
                    Target = workers,
                    Mode = LoadMode.PerConnection,
                    Connections = 4,
                    Rate = 50,
                })));
        }

        _clients = [.. clients];
        _running = Task.WhenAll(_clients.Select(client => Task.Run(() => client.Run.RunAsync(_stop.Token))));
    }

    public long Requests => _clients.Sum(client => client.Run.Tally.Ok) + Lost;

    public long Lost => _clients.Sum(client => client.Run.Tally.Losses.Total);

    /// <summary>The first losses of each kind of client, in words.</summary>
    public IEnumerable<string> Losses() =>
        from client in _clients
        from loss in client.Run.Tally.Losses.Samples().Take(3)
        select $"{client.Name}: {loss.Kind} in {loss.Phase} at {loss.AtSeconds:0.000} s: {loss.Detail}";

    /// <summary>Ends the load, with what is on its way.</summary>
    public async Task<IReadOnlyList<(string Name, LoadReport Report)>> EndAsync()
    {
        await _stop.CancelAsync();
        return [.. _clients.Select(client => client.Name).Zip(await _running)];
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }
}
