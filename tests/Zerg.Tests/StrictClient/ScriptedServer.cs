using System.Net;
using System.Net.Sockets;

namespace Zerg.Tests.StrictClient;

/// <summary>A TCP server that does to each connection, told by its number, exactly what a test says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<ScriptedConnection, int, Task> _script;
    private readonly Task _accepting;

    public ScriptedServer(Func<ScriptedConnection, int, Task> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        EndPoint = _listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public EndPoint EndPoint { get; }

    /// <summary>Answers every request with the same bytes, for as long as the client stays.</summary>
    public static ScriptedServer Answering(string response) => new(async (connection, _) =>
    {
        while (await connection.ReadHeadAsync() is not null)
            await connection.SendAsync(response);
    });

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            for (var number = 0; ; number++)
                connections.Add(RunAsync(await _listener.AcceptAsync(), number));
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }

        await Task.WhenAll(connections);
    }

    private async Task RunAsync(Socket socket, int number)
    {
        socket.NoDelay = true;
        using var connection = new ScriptedConnection(socket);
        try
        {
            await _script(connection, number);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The client is gone; what it counted is what matters.
        }
    }
}
