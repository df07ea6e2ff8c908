using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Posix;

/// <summary>Tells the service manager about this program, see sd_notify(3); without one it does nothing.</summary>
internal sealed class ServiceNotifier : IDisposable
{
    private const int MaxName = 255;

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

    /// <summary>
    /// Has the manager keep a descriptor until it is told to forget it, and pass it with the next start. It is not to
    /// watch it: a listener that somebody shut down can be repaired.
    /// </summary>
    /// <returns>False when it could not be told, or the name is none for LISTEN_FDNAMES.</returns>
    public bool Store(string name, FileDescriptor descriptor)
    {
        if (_manager is null || !IsName(name))
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            // Connected anew each time: the manager may have another socket behind the same address by now.
            socket.Connect(_manager);
            var text = Encoding.ASCII.GetBytes($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0");
            return Ancillary.Send(socket.SafeHandle, text, [descriptor.Number]) == text.Length;
        }
        catch (Exception problem) when (problem is SocketException or SyscallException)
        {
            return false;
        }
    }

    /// <summary>Has the manager close what it keeps under a name.</summary>
    /// <inheritdoc cref="Store" path="/returns"/>
    public bool Forget(string name) => IsName(name) && Send($"FDSTOREREMOVE=1\nFDNAME={name}");

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    // What systemd takes: printable ASCII without the colon that separates names.
    private static bool IsName(string name)
        => name.Length is > 0 and <= MaxName && name.All(c => c is >= ' ' and < '\x7f' and not ':');

    private bool Send(string state)
    {
        if (_socket is null)
            return false;

        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), _manager!);
            return true;
        }
        catch (SocketException)
        {
            // A service manager that does not listen, or not in time, is no reason to stop serving.
            return false;
        }
    }
}
