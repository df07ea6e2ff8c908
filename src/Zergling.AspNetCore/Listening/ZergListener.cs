using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Zerg;

namespace Zergling.AspNetCore.Listening;

/// <summary>
/// One listener for Kestrel, many sockets behind it, each with its gate. Sockets come and go and open and close while
/// Kestrel notices nothing but connections.
/// </summary>
internal sealed class ZergListener : IConnectionListener
{
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly ConcurrentDictionary<Gate, byte> _gates = new();
    private readonly ConnectionRegister _register;
    private readonly ILogger<Gate> _log;
    private readonly SocketConnectionContextFactory _connections;
    private readonly bool _noDelay;

    public ZergListener(
        ConnectionRegister register, IOptions<SocketTransportOptions> transport, ILoggerFactory loggers)
    {
        var options = transport.Value;
        _register = register;
        _log = loggers.CreateLogger<Gate>();
        _noDelay = options.NoDelay;
        _connections = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions
            {
                IOQueueCount = options.IOQueueCount,
                MaxReadBufferSize = options.MaxReadBufferSize,
                MaxWriteBufferSize = options.MaxWriteBufferSize,
                UnsafePreferInlineScheduling = options.UnsafePreferInlineScheduling,
                WaitForDataBeforeAllocatingBuffer = options.WaitForDataBeforeAllocatingBuffer,
            },
            loggers.CreateLogger<SocketConnectionContextFactory>());
    }

    public ZergEndPoint EndPoint { get; } = new();

    EndPoint IConnectionListener.EndPoint => EndPoint;

    /// <summary>What Kestrel speaks here, once it is configured.</summary>
    public HttpProtocols Protocols { get; set; }

    /// <summary>Adds a socket, its gate closed.</summary>
    public Gate Add(ZergSocket socket)
    {
        var gate = new Gate(socket, accepted => Deliver(accepted, isOwn: false), _log);
        _gates.TryAdd(gate, 0);
        return gate;
    }

    /// <summary>Stops accepting on a socket for good and closes this process's copy of it.</summary>
    public async Task RemoveAsync(Gate gate)
    {
        _gates.TryRemove(gate, out _);
        await gate.DisposeAsync();
    }

    /// <summary>Gives Kestrel a connected socket as if it had been accepted; the app's own count for nothing.</summary>
    public void Deliver(Socket socket, bool isOwn)
    {
        if (_noDelay && socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
        var connection = new TrackedConnection(_connections.Create(socket), _register);
        if (!isOwn)
            _register.Add(connection);
        if (!_accepted.Writer.TryWrite(connection))
            connection.Abort();
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        // Accepted but not yet taken by Kestrel: it reads on until this channel is empty.
        await Task.WhenAll(_gates.Keys.Select(gate => gate.CloseAsync()));
        _accepted.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_gates.Keys.Select(RemoveAsync));
        _connections.Dispose();
    }
}
