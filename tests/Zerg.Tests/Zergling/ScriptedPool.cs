using System.Collections.Concurrent;
using System.Net.Sockets;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>
/// A pool that does what its test says: real listening sockets in a real greeting, every frame recorded.
/// </summary>
internal sealed class ScriptedPool : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<ListeningSocket> _sockets = [];
    private readonly CancellationTokenSource _closed = new();
    private FrameChannel? _session;

    public ScriptedPool(string path, int sockets = 1)
    {
        Path = path;
        for (var i = 0; i < sockets; i++)
            _sockets.Add(Bind());
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = ServeAsync();
    }

    public string Path { get; }

    public int Port => _sockets[0].Address.Port;

    public IEnumerable<ulong> Inodes => _sockets.Select(socket => socket.Descriptor.Inode);

    /// <summary>The frames as text: a record prints all of its properties.</summary>
    public LineLog Frames { get; } = new();

    public ConcurrentQueue<Frame> Received { get; } = new();

    public static ListeningSocket Bind()
        => ListeningSocket.BindAll(ListenAddress.Parse("127.0.0.1:0").Value!, 128)[0];

    public Task<string> FrameAsync(string part, CancellationToken cancel)
        => Frames.WaitAsync(line => line.Contains(part, StringComparison.Ordinal), cancel);

    public Task OrderAsync(Frame order, CancellationToken cancel) => _session!.SendAsync(order, [], cancel);

    /// <summary>Adds a socket and announces it.</summary>
    public async Task<int> AddAsync(string name, CancellationToken cancel)
    {
        _sockets.Add(Bind());
        var order = new SocketsFrame { Added = [new SocketInfo(name, _sockets[^1].Address.ToString(), "http")] };
        await _session!.SendAsync(order, [_sockets[^1].Descriptor], cancel);
        return _sockets[^1].Address.Port;
    }

    /// <summary>Ends the session without a word; the listening sockets stay.</summary>
    public void Vanish() => _session?.Dispose();

    public void Dispose()
    {
        _closed.Cancel();
        _listener.Dispose();
        _session?.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        _closed.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            _session = new FrameChannel(await _listener.AcceptAsync(_closed.Token));
            await _session.SendAsync(
                Greeting.Write(_sockets.Count), [.. _sockets.Select(socket => socket.Descriptor)], _closed.Token);
            await _session.SendAsync(
                new WelcomeFrame
                {
                    Protocol = FrameChannel.ProtocolVersion,
                    Session = 1,
                    Sockets = [.. _sockets.Select((socket, i)
                        => new SocketInfo($"web-{i + 1}", socket.Address.ToString(), "http"))],
                },
                [],
                _closed.Token);
            while (await _session.ReceiveAsync(_closed.Token) is { } frame)
            {
                Received.Enqueue(frame);
                Frames.Add(Describe(frame));
            }

            Frames.Add("end");
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException
            or ObjectDisposedException or IOException)
        {
            Frames.Add("closed");
        }
    }

    private static string Describe(Frame frame) => frame switch
    {
        StateFrame state => $"state {state.State} {string.Join(',', state.Workers)}",
        ReadyFrame => "ready",
        FailedFrame failed => $"failed {failed.Reason} | {string.Join(" | ", failed.Output)}",
        ByeFrame bye => $"bye {bye.Reason}",
        HelloFrame hello => $"hello {hello.Role} {hello.Release} {hello.Name}",
        _ => frame.ToString(),
    };
}
