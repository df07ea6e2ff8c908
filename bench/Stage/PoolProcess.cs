using System.Net;
using ZergPool.Control;

namespace Zerg.Stage;

/// <summary>A running pool that owns one port.</summary>
internal sealed class PoolProcess : IAsyncDisposable
{
    private readonly LineLog _ends = new();

    private PoolProcess(ProgramFile program, string path, Action<string>? onLine, IEnumerable<string> more)
    {
        Path = path;
        Child = Child.Start(program, ["--zerg-pool", path, "--http", "127.0.0.1:0", .. more], onLine: line =>
        {
            if (HandoverEnd.Parse(line) is not null)
                _ends.Add(line);
            onLine?.Invoke(line);
        });
    }

    public Child Child { get; }

    /// <summary>Where zerglings attach.</summary>
    public string Path { get; }

    /// <summary>The port it owns.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    public static async Task<PoolProcess> StartAsync(
        ProgramFile program, string directory, Action<string>? onLine, CancellationToken cancel, params string[] more)
    {
        var pool = new PoolProcess(program, System.IO.Path.Combine(directory, "pool.sock"), onLine, more);
        try
        {
            await pool.Child.LineAsync(" holds ", cancel);
            var status = pool.Status() ?? throw pool.Child.Died("before it told its status");
            pool.EndPoint = IPEndPoint.Parse(status.Sockets[0].Address);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync();
            throw;
        }
    }

    /// <summary>The whole state; null when the pool does not answer.</summary>
    public StatusDocument? Status() =>
        ControlClient.Ask(Path + ".ctl", new ControlRequest { Command = "status" }).Status;

    /// <summary>Waits until a release serves or is refused; releases may not have the same name twice.</summary>
    public async Task<HandoverEnd> HandoverAsync(HelloApp app, CancellationToken cancel)
    {
        var end = _ends.WaitAsync(line => HandoverEnd.Parse(line)?.Release == app.Release);
        await Task.WhenAny(end, app.Child.Exited).WaitAsync(cancel);
        if (!end.IsCompleted)
        {
            // The pool may be about to say it better.
            await Task.WhenAny(end, Task.Delay(TimeSpan.FromSeconds(1), cancel));
        }

        return end.IsCompleted
            ? HandoverEnd.Parse(await end)!
            : new HandoverEnd(app.Release, $"exited with status {await app.Child.Exited}");
    }

    /// <summary>Waits until a first release accepts.</summary>
    public async Task ServingAsync(HelloApp app, CancellationToken cancel)
    {
        await app.Child.LineAsync($"release '{app.Release}' is ready", cancel);
        while (Status()?.Zerglings.Any(one => one.Release == app.Release && one.State == "accepting") != true)
            await Task.Delay(20, cancel);
    }

    public ValueTask DisposeAsync() => Child.DisposeAsync();
}
