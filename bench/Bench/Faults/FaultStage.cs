using System.Net;
using Zerg.Stage;
using Zerg.Tests.Harness;
using TemporaryDirectory = Zerg.Stage.TemporaryDirectory;

namespace Zerg.Bench.Faults;

/// <summary>A pool with an HTTP/1.1 app, an HTTP/2 app and, where gunicorn is installed, workers of the launcher.</summary>
internal sealed class FaultStage : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_drainIdle = TimeSpan.FromSeconds(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceManager? _manager;

    private FaultStage(bool hasManager) =>
        _manager = hasManager ? new ServiceManager(_directory.Path) : null;

    public SupervisedPool Pool { get; private set; } = null!;

    public Troupe Apps { get; private set; } = null!;

    public Troupe Http2Apps { get; private set; } = null!;

    public Troupe? Workers { get; private set; }

    public IPEndPoint AppAddress { get; private set; } = null!;

    public IPEndPoint Http2Address { get; private set; } = null!;

    public IPEndPoint? WorkerAddress { get; private set; }

    /// <summary>The address that a reload adds.</summary>
    public string Added => _directory.File("added.sock");

    private string AppPool => _directory.File("apps.sock");

    private string Http2Pool => _directory.File("http2.sock");

    private string WorkerPool => _directory.File("workers.sock");

    /// <param name="context">Which pool.</param>
    /// <param name="hasManager">Whether a service manager keeps its sockets.</param>
    public static async Task<FaultStage> OpenAsync(BenchContext context, bool hasManager)
    {
        var stage = new FaultStage(hasManager);
        try
        {
            await stage.OpenAsync(context);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is in the file of the pool.</summary>
    public void Configure(bool isMore = false, bool isBroken = false) => _directory.Write("pool.yml", $"""
        zerg:
          zerg-pool:
            - {AppPool}:127.0.0.1:0{(isMore ? "," + Added : "")}
            - {Http2Pool}:127.0.0.1:0
            - {WorkerPool}:127.0.0.1:0
          worker-reload-mercy: {(isBroken ? "soon" : "30s")}

        """);

    /// <summary>Runs a command of the program zergpool.</summary>
    public async Task OrderAsync(string command, int expected, CancellationToken cancel)
    {
        var (exitCode, message) = await Pool.OrderAsync(command, cancel).WaitAsync(Patience, cancel);
        if (exitCode != expected)
            throw new StageException($"zergpool {command} exited with {exitCode}, not {expected}: {message}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var troupe in new[] { Apps, Http2Apps, Workers })
        {
            if (troupe is not null)
                await troupe.DisposeAsync();
        }

        if (Pool is not null)
            await Pool.DisposeAsync();
        _manager?.Dispose();
        _directory.Dispose();
    }

    private async Task OpenAsync(BenchContext context)
    {
        var cancel = context.Cancel;
        Configure();
        var environment = _manager?.Variables.ToDictionary(pair => pair.Key, pair => (string?)pair.Value);
        Pool = await SupervisedPool.StartAsync(
            context.Pool, _directory.File("pool.yml"), AppPool, cancel, environment, _manager?.Prefix ?? []);
        Apps = new Troupe(AppPool, release => HelloApp.Attach(AppPool, release, s_drainIdle).Child);
        Http2Apps = new Troupe(Http2Pool, release => HelloApp.Attach(
            Http2Pool, release, s_drainIdle, null, null, ("Kestrel__EndpointDefaults__Protocols", "Http2")).Child);
        await Apps.RenewAsync(Pool, cancel);
        await Http2Apps.RenewAsync(Pool, cancel);
        if (ProgramFile.Find("gunicorn") is { } gunicorn)
        {
            var launcher = context.Pool == ProgramFile.NativePool ? ProgramFile.NativeLauncher : null;
            Workers = new Troupe(WorkerPool, release => LaunchedApp.Attach(
                launcher ?? ProgramFile.Launcher, gunicorn, WorkerPool, release, _directory).Child);
            await Workers.RenewAsync(Pool, cancel);
        }

        var status = Pool.Status()!;
        AppAddress = Apps.EndPointIn(status);
        Http2Address = Http2Apps.EndPointIn(status);
        WorkerAddress = Workers?.EndPointIn(status);
    }
}
