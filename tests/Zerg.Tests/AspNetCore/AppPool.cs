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
    private readonly List<(FileDescriptor Descriptor, SocketInfo Info, int Port)> _sockets = [];
    private Socket _meeting = null!;

    public AppPool(params string[] protocols)
    {
        Path = System.IO.Path.Combine(_directory, "pool.sock");
        foreach (var protocol in protocols)
            Bind(protocol);
        Rise();
    }

    public string Path { get; }

    public int Port => _sockets[0].Port;

    public FileDescriptor Listener => _sockets[0].Descriptor;

    public SocketInfo Info(int index) => _sockets[index].Info;

    public FileDescriptor Descriptor(int index) => _sockets[index].Descriptor;

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

    /// <summary>Greets the next zergling, with all sockets or those from a number on.</summary>
    public async Task<AppSession> AcceptAsync(CancellationToken cancel, int from = 0)
    {
        var channel = new FrameChannel(await _meeting.AcceptAsync(cancel));
        var passed = _sockets.Skip(from).ToList();
        await channel.SendAsync(
            Greeting.Write(passed.Count), [.. passed.Select(socket => socket.Descriptor)], cancel);
        await channel.SendAsync(
            new WelcomeFrame
            {
                Protocol = FrameChannel.ProtocolVersion,
                Session = 1,
                Backlog = Backlog,
                Sockets = [.. passed.Select(socket => socket.Info)],
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

    /// <summary>Ends as a process does that is killed and holds no socket any more; sessions are the test's.</summary>
    public void Die()
    {
        Vanish();
        _sockets.ForEach(socket => socket.Descriptor.Dispose());
    }

    /// <summary>Nobody is reached at its path any more.</summary>
    public void Vanish()
    {
        _meeting.Dispose();
        File.Delete(Path);
    }

    /// <summary>Is reached at its path, from the start or again.</summary>
    public void Rise()
    {
        _meeting = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _meeting.Bind(new UnixDomainSocketEndPoint(Path));
        _meeting.Listen(8);
    }

    /// <summary>Takes the next connection, and says nothing.</summary>
    public Task<Socket> ConnectedAsync(CancellationToken cancel) => _meeting.AcceptAsync(cancel).AsTask();

    /// <summary>Reads the hello of the next zergling, and has no socket for it.</summary>
    public async Task<(AppSession Session, HelloFrame Hello)> AcceptEmptyAsync(CancellationToken cancel)
    {
        var channel = new FrameChannel(await _meeting.AcceptAsync(cancel));
        var session = new AppSession(channel);
        var hello = await session.ExpectAsync<HelloFrame>(cancel);
        await channel.SendAsync(Greeting.Write(0), [], cancel);
        return (session, hello);
    }

    public void Dispose()
    {
        _meeting.Dispose();
        _sockets.ForEach(socket => socket.Descriptor.Dispose());
        Directory.Delete(_directory, recursive: true);
    }
}
