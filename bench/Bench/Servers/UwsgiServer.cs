using System.Net;
using Zerg.Posix;
using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>Two uWSGI zerglings in turns on uWSGI's zerg pool; the old one is told by its master FIFO.</summary>
internal sealed class UwsgiServer(ProgramFile program) : IServer
{
    private const int Workers = 2;

    private readonly TemporaryDirectory _directory = new();
    private UwsgiPool? _pool;
    private Child? _serving;
    private int _release;

    public string Name => "uWSGI zerg pool, flip";

    public bool KeepsAlive => false;

    public IPEndPoint EndPoint => _pool!.EndPoint;

    public async Task StartAsync(CancellationToken cancel)
    {
        PythonApp.Write(_directory);
        _pool = await UwsgiPool.StartAsync(program, cancel);
        _serving = await NextAsync(cancel);
    }

    public async Task RenewAsync(Func<IDisposable?> atSwitch, CancellationToken cancel)
    {
        var old = _serving!;
        var fifo = Fifo(_release);
        _serving = await NextAsync(cancel);
        using (atSwitch())
        {
            await using (var order = new FileStream(fifo, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0))
                await order.WriteAsync("q"u8.ToArray(), cancel);
            await old.Exited.WaitAsync(cancel);
        }

        await old.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_serving is not null)
        {
            await _serving.StopAsync(Signals.SIGINT);
            await _serving.DisposeAsync();
        }

        if (_pool is not null)
            await _pool.DisposeAsync();
        _directory.Dispose();
    }

    private string Fifo(int release) => _directory.File($"{release}.fifo");

    private async Task<Child> NextAsync(CancellationToken cancel)
    {
        string[] arguments =
        [
            "--plugin", "python3", "--master", "--processes", $"{Workers}", "--zerg", _pool!.Path, "--protocol", "http",
            "--wsgi-file", _directory.File("app.py"), "--master-fifo", Fifo(++_release), "--disable-logging",
        ];
        var zergling = Child.Start(program, arguments, PythonApp.Environment);
        await zergling.LinesAsync("spawned uWSGI worker", Workers, cancel);
        return zergling;
    }
}
