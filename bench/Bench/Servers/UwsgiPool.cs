using System.Net;
using Zerg.Posix;
using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>uWSGI's own zerg pool with one port: a master and a gateway.</summary>
internal sealed class UwsgiPool : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private UwsgiPool(ProgramFile uwsgi)
    {
        Path = _directory.File("pool.sock");
        string[] arguments = ["--plugin", "zergpool", "--master", "--zerg-pool", $"{Path}:{EndPoint}"];
        Child = Child.Start(uwsgi, arguments);
    }

    public Child Child { get; }

    public string Path { get; }

    public IPEndPoint EndPoint { get; } = Tool.FreePort();

    public static async Task<UwsgiPool> StartAsync(ProgramFile uwsgi, CancellationToken cancel)
    {
        var pool = new UwsgiPool(uwsgi);
        try
        {
            await pool.Child.LineAsync("spawned uWSGI zergpool", cancel);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Its SIGTERM means: start anew.
        await Child.StopAsync(Signals.SIGINT);
        await Child.DisposeAsync();
        _directory.Dispose();
    }
}
