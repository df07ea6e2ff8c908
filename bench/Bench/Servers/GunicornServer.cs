using System.Net;
using Zerg.Posix;
using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>gunicorn with two sync workers, renewed by SIGHUP.</summary>
internal sealed class GunicornServer(ProgramFile program) : IServer
{
    private const int Workers = 2;

    private readonly TemporaryDirectory _directory = new();
    private Child? _master;
    private int _renewals;

    public string Name => "gunicorn sync, HUP";

    public bool KeepsAlive => false;

    public IPEndPoint EndPoint { get; } = Tool.FreePort();

    public async Task StartAsync(CancellationToken cancel)
    {
        PythonApp.Write(_directory);
        string[] arguments = ["-w", $"{Workers}", "-b", $"{EndPoint}", "--chdir", _directory.Path, "app:application"];
        _master = Child.Start(program, arguments, PythonApp.Environment);
        await _master.LinesAsync("Booting worker", Workers, cancel);
        await Tool.ListeningAsync(EndPoint, _master, cancel);
    }

    public async Task RenewAsync(Func<IDisposable?> atSwitch, CancellationToken cancel)
    {
        _master!.Signal(Signals.SIGHUP);
        await _master.LinesAsync("Worker exiting", ++_renewals * Workers, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_master is not null)
            await _master.DisposeAsync();
        _directory.Dispose();
    }
}
