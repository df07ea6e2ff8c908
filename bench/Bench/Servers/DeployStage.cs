using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Zerg.Stage;

namespace Zerg.Bench.Servers;

/// <summary>A pool that starts launchers itself, and the same app without all of that.</summary>
internal sealed class DeployStage : IAsyncDisposable
{
    private const string App = "app:application";
    private const string Code = """
        import os
        def application(environ, start_response):
            start_response("200 OK", [("Content-Length", "6"), ("X-Release", os.environ["ZERG_RELEASE"])])
            return [b"hello\n"]

        """;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly ProgramFile _program;
    private readonly ProgramFile _gunicorn;
    private readonly TemporaryDirectory _directory = new();
    private PoolProcess? _pool;

    private DeployStage(ProgramFile program, ProgramFile gunicorn) => (_program, _gunicorn) = (program, gunicorn);

    public PoolProcess Pool => _pool!;

    public static async Task<DeployStage> OpenAsync(ProgramFile program, ProgramFile gunicorn, CancellationToken cancel)
    {
        var stage = new DeployStage(program, gunicorn);
        var directory = stage._directory;
        directory.Write("app.py", Code);
        var launcher = ProgramFile.NativeLauncher?.Program ?? ProgramFile.Launcher.Arguments[0];
        var file = directory.Write("app.yml", $"""
            zerg:
              launcher: {launcher}
              ready: http:/
              command: {gunicorn.Program} -w 1 {App}
              chdir: {directory.Path}
              rollback-window: 60s
            """);
        stage._pool = await PoolProcess.StartAsync(program, directory.Path, null, cancel, file);
        return stage;
    }

    /// <summary>Gives an order; waits for its end, for a release's first answer, and until that has taken over.</summary>
    /// <returns>Milliseconds until the answer, and until the pool says that it serves.</returns>
    public async Task<(double Answered, double Serves)> OrderAsync(
        string release, CancellationToken cancel, params string[] order)
    {
        var began = Stopwatch.GetTimestamp();
        await using var command = Child.Start(_program, [.. order, "--zerg", Pool.Path]);
        var serving = ServesAsync(release, began, cancel);
        var answered = await FirstAnswer.OfAsync(Pool.EndPoint, release, began, cancel);
        if (await command.Exited.WaitAsync(cancel) is not 0 and var status)
            throw new StageException($"{order[0]} ended with {status}: {string.Join(" | ", command.Lines.TakeLast(5))}");
        return (answered, await serving);
    }

    /// <summary>Starts the app on a port of its own, and ends it.</summary>
    /// <returns>Milliseconds until its first answer.</returns>
    public async Task<double> AloneAsync(CancellationToken cancel)
    {
        var server = Free();
        var began = Stopwatch.GetTimestamp();
        await using var app = Child.Start(
            _gunicorn, ["-w", "1", "--chdir", _directory.Path, "-b", $"{server}", App],
            new Dictionary<string, string?> { ["ZERG_RELEASE"] = "alone" });
        return await FirstAnswer.OfAsync(server, "alone", began, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pool is not null)
            await _pool.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<double> ServesAsync(string release, long began, CancellationToken cancel)
    {
        while (Pool.Status()?.Zerglings.Any(one => one.Release == release && one.State == "accepting") != true)
            await Task.Delay(s_look, cancel);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static IPEndPoint Free()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
