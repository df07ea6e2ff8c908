using System.Net;
using Zerg.StrictClient;

namespace Zerg.Bench.Faults;

/// <summary>Clients of every kind at once, for the time of one fault.</summary>
internal sealed class FaultLoad : IAsyncDisposable
{
    private const long Body = 1_000_000;

    private readonly LoadRun?[] _runs;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<LoadReport?[]> _running;

    public FaultLoad(FaultStage stage)
    {
        LoadOptions To(EndPoint target) => new() { Target = target, RequestTimeout = TimeSpan.FromSeconds(15) };
        var apps = To(stage.AppAddress);
        _runs =
        [
            new LoadRun(apps with { Mode = LoadMode.Paced, Connections = 16, Rate = 400 }),
            new LoadRun(apps with { Mode = LoadMode.PerConnection, Connections = 8, Rate = 200 }),
            new LoadRun(To(stage.Http2Address) with
            {
                Mode = LoadMode.Http2, Connections = 4, StreamsPerConnection = 8, Rate = 400,
            }),
            new LoadRun(apps with
            {
                Mode = LoadMode.Websocket, Connections = 16, Path = "/ws",
                MessageInterval = TimeSpan.FromMilliseconds(50),
            }),
            new LoadRun(apps with
            {
                Mode = LoadMode.Upload, Connections = 8, Path = "/upload", BodyBytes = Body, ExpectLength = Body,
                BodyTime = TimeSpan.FromSeconds(0.5),
            }),
            stage.WorkerAddress is { } workers
                ? new LoadRun(To(workers) with { Mode = LoadMode.PerConnection, Connections = 4, Rate = 100 })
                : null,
        ];
        _running = Task.WhenAll(_runs.Select(RunAsync));
    }

    /// <summary>What the columns of a row are, in order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["keep-alive", "one each", "HTTP/2", "WebSocket", "uploads", "launcher, one each"];

    public IDisposable Window() => new Windows([.. _runs.Select(run => run?.BeginWindow("fault"))]);

    /// <summary>Ends the load, with what is on its way.</summary>
    public async Task<IReadOnlyList<LoadReport?>> EndAsync()
    {
        await _stop.CancelAsync();
        return await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }

    private Task<LoadReport?> RunAsync(LoadRun? run) => run is null
        ? Task.FromResult<LoadReport?>(null)
        : Task.Run(async () => (LoadReport?)await run.RunAsync(_stop.Token));

    private sealed class Windows(IReadOnlyList<IDisposable?> all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var one in all)
                one?.Dispose();
        }
    }
}
