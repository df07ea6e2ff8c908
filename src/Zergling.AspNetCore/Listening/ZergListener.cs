using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Zerg;

namespace Zergling.AspNetCore.Listening;

/// <summary>
/// One endpoint for Kestrel and the sockets behind it, each with its gate. Sockets come and go and open and close while
/// Kestrel notices nothing but connections.
/// </summary>
internal sealed class ZergListener : IConnectionListener
{
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly ConcurrentDictionary<Gate, byte> _gates = new();
    private readonly ConnectionRegister _register;
    private readonly SocketConnectionContextFactory _connections;
    private readonly ILogger _log;
    private readonly bool _noDelay;

    public ZergListener(
        ConnectionRegister register, SocketConnectionContextFactory connections, ILogger log, bool noDelay,
        bool isSecure, string address)
    {
        _register = register;
        _connections = connections;
        _log = log;
        _noDelay = noDelay;
        IsSecure = isSecure;
        EndPoint = new ZergEndPoint(this, address);
    }

    public ZergEndPoint EndPoint { get; }

    EndPoint IConnectionListener.EndPoint => EndPoint;

    /// <summary>The pool says that its sockets speak https.</summary>
    public bool IsSecure { get; }

    /// <summary>
    /// Kestrel speaks TLS here, once it is configured: as the pool says, or as on all of the app's endpoints.
    /// </summary>
    public bool IsTls { get; set; }

    /// <summary>As Kestrel names it among the app's URLs.</summary>
    public string Url => $"{(IsTls ? "https" : "http")}://{EndPoint}";

    /// <summary>What Kestrel speaks here, once it is configured.</summary>
    public HttpProtocols Protocols { get; set; }

    /// <summary>Adds a socket, its gate closed.</summary>
    public Gate Add(ZergSocket socket, SslStreamCertificateContext? certificate)
    {
        Gate gate = null!;
        gate = new Gate(socket, accepted => Deliver(accepted, isOwn: false, gate.Certificate), _log)
        {
            Certificate = certificate,
        };
        _gates.TryAdd(gate, 0);
        return gate;
    }

    /// <summary>Stops accepting on a socket for good and closes this process's copy of it.</summary>
    public async Task RemoveAsync(Gate gate)
    {
        if (_gates.TryRemove(gate, out _))
            await gate.DisposeAsync();
    }

    /// <summary>Gives Kestrel a connected socket of the app itself, which counts for nothing.</summary>
    public void DeliverOwn(Socket socket)
        => Deliver(socket, isOwn: true, _gates.Keys.Select(gate => gate.Certificate).FirstOrDefault());

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

    public async ValueTask DisposeAsync() => await Task.WhenAll(_gates.Keys.Select(RemoveAsync));

    private void Deliver(Socket socket, bool isOwn, SslStreamCertificateContext? certificate)
    {
        if (_noDelay && socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
        var connection = new TrackedConnection(_connections.Create(socket), _register)
        {
            Certificate = certificate,
            Responses = isOwn ? null : _register.Responses,
        };
        if (!isOwn)
            _register.Add(connection);
        if (!_accepted.Writer.TryWrite(connection))
            connection.Abort();
    }
}
