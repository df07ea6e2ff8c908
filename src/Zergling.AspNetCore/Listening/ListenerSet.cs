using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Zerg;

namespace Zergling.AspNetCore.Listening;

/// <summary>
/// The listeners for Kestrel: one for each socket that is there when the app starts. What comes later is put behind one
/// that speaks the same, since Kestrel's endpoints are fixed by then.
/// </summary>
internal sealed class ListenerSet : IDisposable
{
    private readonly List<ZergListener> _listeners = [];
    private readonly ConnectionRegister _register;
    private readonly SocketConnectionContextFactory _connections;
    private readonly ILogger<Gate> _log;
    private readonly bool _noDelay;
    private bool _bound;

    public ListenerSet(
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

    public IReadOnlyList<ZergListener> All => _listeners;

    /// <summary>An https address for which the pool names no certificate; null when there is none.</summary>
    public string? WithoutCertificate { get; private set; }

    /// <summary>Whether an app with these endpoints can serve this socket.</summary>
    public bool Speaks(ZergSocket socket) => socket.Protocol is "http" or "any" or "https"
        && (!_bound || (_listeners.Exists(listener => listener.IsSecure == IsSecure(socket))
            && (!IsSecure(socket) || socket.Certificate is not null || WithoutCertificate is not null)));

    /// <summary>Adds a socket, its gate closed.</summary>
    /// <exception cref="IOException">Its certificate cannot be read; the message names the files.</exception>
    public Gate Add(ZergSocket socket)
    {
        var certificate = TlsFiles.Load(socket);
        if (IsSecure(socket) && certificate is null)
            WithoutCertificate ??= socket.Address;
        var listener = _bound
            ? _listeners.First(listener => listener.IsSecure == IsSecure(socket))
            : New(IsSecure(socket), socket.Address);
        return listener.Add(socket, certificate);
    }

    /// <summary>Stops accepting on a socket for good and closes this process's copy of it.</summary>
    public Task RemoveAsync(Gate gate) => Task.WhenAll(_listeners.Select(listener => listener.RemoveAsync(gate)));

    /// <summary>From now on Kestrel's endpoints are fixed.</summary>
    public void Bind()
    {
        if (_listeners.Count == 0)
            New(isSecure: false, "no-socket-yet");
        _bound = true;
    }

    public void Dispose() => _connections.Dispose();

    private static bool IsSecure(ZergSocket socket) => socket.Protocol == "https";

    private ZergListener New(bool isSecure, string address)
    {
        var listener = new ZergListener(_register, _connections, _log, _noDelay, isSecure, address);
        _listeners.Add(listener);
        return listener;
    }
}
