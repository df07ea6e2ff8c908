using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Posix;

/// <summary>Tells the service manager about this program, see sd_notify(3); without one it does nothing.</summary>
internal sealed class ServiceNotifier : IDisposable
{
    private readonly UnixDomainSocketEndPoint? _manager;
    private readonly Socket? _socket;

    /// <param name="address">NOTIFY_SOCKET: a path, or <c>@name</c> for an abstract one.</param>
    public ServiceNotifier(string? address)
    {
        if (string.IsNullOrEmpty(address))
            return;

        try
        {
            // systemd's abstract names end where they end; uWSGI's count a NUL more (UnixAddress).
            _manager = new UnixDomainSocketEndPoint(address.StartsWith('@') ? $"\0{address[1..]}" : address);
        }
        catch (ArgumentException)
        {
            Problem = $"'{address}' is no address of a UNIX socket";
            return;
        }

        // A manager that does not read must not hold up whoever tells it something.
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>Why nobody can be told anything although there is an address; else null.</summary>
    public string? Problem { get; }

    public static ServiceNotifier FromEnvironment() => new(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    public void Status(string status) => Send($"STATUS={status}");

    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={status}");

    /// <summary>A reload begins; <see cref="Ready"/> ends it. systemd matches it with its order by the time.</summary>
    public void Reloading(string status)
    {
        var microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        Send($"RELOADING=1\nMONOTONIC_USEC={microseconds}\nSTATUS={status}");
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    private void Send(string state)
    {
        if (_socket is null)
            return;

        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), _manager!);
        }
        catch (SocketException)
        {
            // A service manager that does not listen, or not in time, is no reason to stop serving.
        }
    }
}
