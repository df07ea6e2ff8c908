using System.Net;
using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg.Configuration;

namespace Zerg.Posix;

/// <summary>A bound, listening, non-blocking socket and its name; held as a descriptor, never as a .NET socket.</summary>
internal sealed class ListeningSocket : IDisposable
{
    private const int PortAttempts = 20;

    private ListeningSocket(FileDescriptor descriptor, ListenAddress address, BindTarget target)
    {
        Descriptor = descriptor;
        Address = address;
        Target = target;
    }

    /// <summary>The listening descriptor, FD_CLOEXEC and O_NONBLOCK set.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Where it listens; a port 0 has become the real one.</summary>
    public ListenAddress Address { get; }

    /// <summary>What it is bound to, with the real port.</summary>
    public BindTarget Target { get; }

    /// <summary>Binds every socket of an address: one, or one for each address of a host name.</summary>
    /// <exception cref="SyscallException">The first that fails; what was bound before it is closed again.</exception>
    /// <exception cref="ZergException">A host name that cannot be looked up.</exception>
    public static IReadOnlyList<ListeningSocket> BindAll(ListenAddress address, int backlog, UnixSocketFile? file = null)
    {
        var bound = new List<ListeningSocket>();
        try
        {
            foreach (var target in Resolve(address))
                bound.Add(Bind(target, address, backlog, file));
            return bound;
        }
        catch
        {
            bound.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>Binds and listens.</summary>
    /// <param name="target">The socket to make.</param>
    /// <param name="address">The address it comes from.</param>
    /// <param name="backlog">The length of the queue, cut by net.core.somaxconn.</param>
    /// <param name="file">Mode and owner of a UNIX socket's file.</param>
    /// <exception cref="SyscallException">An address in use is explained by the processes that hold it.</exception>
    public static ListeningSocket Bind(BindTarget target, ListenAddress address, int backlog, UnixSocketFile? file = null)
    {
        try
        {
            if (target.EndPoint is not IPEndPoint { Port: 0 } ip)
                return Listen(Open(target, file), target, address, backlog);

            // A listener that somebody shut down loses a port that the kernel chose, but keeps one it was bound
            // to by number: so ask for a free one, and bind that.
            for (var attempt = 1; ; attempt++)
            {
                int port;
                using (var probe = Open(target, null))
                    port = ((IPEndPoint)probe.LocalEndPoint!).Port;
                try
                {
                    var chosen = target with { EndPoint = new IPEndPoint(ip.Address, port) };
                    return Listen(Open(chosen, null), chosen, address, backlog);
                }
                catch (SocketException problem)
                    when (problem.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < PortAttempts)
                {
                }
            }
        }
        catch (SocketException problem)
        {
            throw Explain(target, address, problem.NativeErrorCode);
        }
        catch (SyscallException problem) when (problem.Errno == Errno.EADDRINUSE)
        {
            throw Explain(target, address, problem.Errno);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    /// <summary>What an address is to be bound to: one socket, or one for each address of a host name.</summary>
    /// <exception cref="ZergException">A host name that cannot be looked up.</exception>
    public static IReadOnlyList<BindTarget> Resolve(ListenAddress address)
    {
        try
        {
            return address.Resolve();
        }
        catch (SocketException problem)
        {
            throw new ZergException($"{address}: {problem.Message}", ExitCodes.System, problem);
        }
    }

    private static SyscallException Explain(BindTarget target, ListenAddress address, int errno)
    {
        var holders = errno == Errno.EADDRINUSE ? SocketHolders.Describe(target.EndPoint) : "";
        return new SyscallException("bind", address.ToString(), errno, holders);
    }

    private static Socket Open(BindTarget target, UnixSocketFile? file)
    {
        var unix = target.EndPoint.AddressFamily == AddressFamily.Unix;
        var socket = new Socket(
            target.EndPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            if (target.EndPoint.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = target.DualMode;
            if (!unix)
                ListenerOptions.SetReuseAddress((int)socket.Handle);
            if (unix)
                (file ?? new UnixSocketFile(UnixSocketFile.DefaultMode)).Bind(socket, (UnixDomainSocketEndPoint)target.EndPoint);
            else
                socket.Bind(target.EndPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ListeningSocket Listen(Socket socket, BindTarget target, ListenAddress address, int backlog)
    {
        using (socket)
        {
            SyscallException.Check(Syscall.listen((int)socket.Handle, backlog), "listen", address.ToString());
            var descriptor = FileDescriptor.Duplicate(socket.SafeHandle);

            // O_NONBLOCK belongs to the shared description: set once, so that every consumer finds the same thing.
            ListenerOptions.SetNonBlocking(descriptor.Number);
            return new ListeningSocket(descriptor, Named(target, address), target);
        }
    }

    /// <summary>
    /// The address of one socket: a host name with several addresses becomes several, each under its own number.
    /// </summary>
    public static ListenAddress Named(BindTarget target, ListenAddress address) => target.EndPoint switch
    {
        IPEndPoint ip when address.Kind == AddressKind.Host => ListenAddress.Parse(ip.ToString()).Value!,
        IPEndPoint ip when address.Port == 0 => address.WithPort(ip.Port),
        _ => address,
    };
}
