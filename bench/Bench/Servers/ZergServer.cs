using System.Net;
using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>Our pool with examples/hello.</summary>
internal sealed class ZergServer(ProgramFile program) : IServer
{
    private static readonly TimeSpan s_drainIdle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_afterSwitch = TimeSpan.FromMilliseconds(250);

    private readonly TemporaryDirectory _directory = new();
    private PoolProcess? _pool;
    private HelloApp? _serving;
    private int _release;

    public string Name => "ZergPool, .NET app";

    public bool KeepsAlive => true;

    public IPEndPoint EndPoint => _pool!.EndPoint;

    public async Task StartAsync(CancellationToken cancel)
    {
        _pool = await PoolProcess.StartAsync(program, _directory.Path, null, cancel);
        _serving = Next();
        await _pool.ServingAsync(_serving, cancel);
    }

    public async Task RenewAsync(Func<IDisposable?> atSwitch, CancellationToken cancel)
    {
        var old = _serving!;
        _serving = Next();
        await _serving.Child.LineAsync($"release '{_serving.Release}' is ready", cancel);
        using (atSwitch())
        {
            var end = await _pool!.HandoverAsync(_serving, cancel);
            if (end.Problem is { } problem)
                throw new StageException($"hand-over failed: {problem}");
            await Task.Delay(s_afterSwitch, cancel);
        }

        await old.Child.Exited.WaitAsync(cancel);
        await old.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_serving is not null)
            await _serving.DisposeAsync();
        if (_pool is not null)
            await _pool.DisposeAsync();
        _directory.Dispose();
    }

    private HelloApp Next() => HelloApp.Attach(_pool!.Path, $"v{++_release}", s_drainIdle);
}
