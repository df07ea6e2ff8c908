using System.Net;
using System.Net.Sockets;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

/// <summary>A pool that does what a test tells it to: real sockets, real frames, no policy.</summary>
internal sealed class AppPool : IDisposable
{
    public const int Backlog = 77;

    private readonly string _directory = Directory.CreateTempSubdirectory("zerg-app-").FullName;
    private readonly Socket _meeting = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<(FileDescriptor Descriptor, SocketInfo Info, int Port)> _sockets = [];

    public AppPool(params string[] protocols)
    {
        Path = System.IO.Path.Combine(_directory, "pool.sock");
        foreach (var protocol in protocols)
            Bind(protocol);
        _meeting.Bind(new UnixDomainSocketEndPoint(Path));
        _meeting.Listen(8);
    }

    public string Path { get; }

    public int Port => _sockets[0].Port;

    public FileDescriptor Listener => _sockets[0].Descriptor;

    public SocketInfo Info(int index) => _sockets[index].Info;

    /// <summary>Binds one more socket, to be announced by the test.</summary>
    public (FileDescriptor Descriptor, SocketInfo Info, int Port) Bind(
        string protocol, string? certificate = null, string? key = null)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(Backlog);
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        var bound = (FileDescriptor.Duplicate(socket.SafeHandle),
            new SocketInfo($"{protocol}-{port}", $"127.0.0.1:{port}", protocol, certificate, key), port);
        _sockets.Add(bound);
        return bound;
    }

    /// <summary>Greets the next zergling.</summary>
    public async Task<AppSession> AcceptAsync(CancellationToken cancel)
    {
        var channel = new FrameChannel(await _meeting.AcceptAsync(cancel));
        await channel.SendAsync(
            Greeting.Write(_sockets.Count), [.. _sockets.Select(socket => socket.Descriptor)], cancel);
        await channel.SendAsync(
            new WelcomeFrame
            {
                Protocol = FrameChannel.ProtocolVersion,
                Session = 1,
                Backlog = Backlog,
                Sockets = [.. _sockets.Select(socket => socket.Info)],
            },
            [],
            cancel);
        return new AppSession(channel);
    }

    /// <summary>Greets as a uWSGI does: sockets, then nothing ever again.</summary>
    public async Task AcceptPlainAsync(CancellationToken cancel)
    {
        using var channel = new FrameChannel(await _meeting.AcceptAsync(cancel));
        await channel.SendAsync(
            Greeting.Write(_sockets.Count), [.. _sockets.Select(socket => socket.Descriptor)], cancel);
    }

    public void Dispose()
    {
        _meeting.Dispose();
        _sockets.ForEach(socket => socket.Descriptor.Dispose());
        Directory.Delete(_directory, recursive: true);
    }
}
