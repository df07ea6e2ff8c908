using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;

namespace ZergPool.Roster;

/// <summary>
/// The pool's end of one connection: a reader that hands every frame to the owner loop, at most 200 a second, and waits
/// until it is dealt with, so that no peer fills the loop's queue or keeps it busy, and a writer with a bounded outbox,
/// so that no peer blocks the loop.
/// </summary>
internal sealed class Session : IDisposable
{
    private const int MaxOutbox = 64;
    private const int MaxFramesPerSecond = 200;

    /// <summary>The end of a peer that said nothing of it: it died, or was killed.</summary>
    public const string Silent = "its session ended without a bye";

    /// <summary>How long a new connection may say nothing.</summary>
    public static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(1);

    private readonly Channel<(Frame Frame, IReadOnlyList<FileDescriptor> Descriptors)> _outbox =
        Channel.CreateBounded<(Frame, IReadOnlyList<FileDescriptor>)>(MaxOutbox);

    private readonly CancellationTokenSource _ended = new();
    private readonly FrameChannel _channel;
    private readonly long _started = Stopwatch.GetTimestamp();
    private volatile bool _closing;
    private volatile string? _unsendable;

    public Session(Socket socket, PoolSpec pool, PeerCredentials peer)
    {
        _channel = new FrameChannel(socket);
        Pool = pool;
        Peer = peer;
        Process = ProcessHandle.OfPeer(socket, peer.Pid);
    }

    /// <summary>The pool it attached to.</summary>
    public PoolSpec Pool { get; }

    /// <summary>Who connected.</summary>
    public PeerCredentials Peer { get; }

    /// <summary>The peer's process; null in another pid namespace.</summary>
    public ProcessHandle? Process { get; private set; }

    /// <summary>Whether the peer ever sent a frame; a real uWSGI does not.</summary>
    public bool Spoke { get; private set; }

    /// <summary>How long it has lasted.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_started);

    /// <summary>Whether the pool ended it; what still comes in means nothing.</summary>
    public bool IsClosing => _closing;

    /// <summary>Gives the peer's process away: its handle outlives the session of a uWSGI.</summary>
    public ProcessHandle? TakeProcess()
    {
        var process = Process;
        Process = null;
        return process;
    }

    /// <summary>Sends the greeting at once; a fresh socket has room for it.</summary>
    public Task GreetAsync(IReadOnlyList<FileDescriptor> descriptors)
        => _channel.SendAsync(Greeting.Write(descriptors.Count), descriptors, _ended.Token);

    /// <summary>Queues a frame; a peer that lets 64 of them pile up loses its session.</summary>
    public void Send(Frame frame, IReadOnlyList<FileDescriptor>? descriptors = null)
    {
        FileDescriptor[] own = [.. (descriptors ?? []).Select(one => one.Duplicate())];
        if (_outbox.Writer.TryWrite((frame, own)))
            return;
        foreach (var unsent in own)
            unsent.Dispose();
        _ended.Cancel();
    }

    /// <summary>Reads until the end, giving each frame to <paramref name="deal"/> and waiting for it.</summary>
    /// <returns>Why the session ended when it was not an orderly end of the stream.</returns>
    public async Task<string?> RunAsync(Func<Frame, Task> deal)
    {
        var writing = WriteAsync();
        try
        {
            return await ReadAsync(deal);
        }
        catch (OperationCanceledException)
        {
            return _closing ? null : _unsendable ?? "it does not read what it is sent, or was silent for too long";
        }
        catch (SyscallException problem) when (problem.Errno == Errno.ECONNRESET)
        {
            // As the end of the stream, of a peer that had not read everything.
            return Silent;
        }
        catch (Exception problem) when (problem is IOException or SocketException or ProtocolException
            or ObjectDisposedException)
        {
            return problem.Message;
        }
        finally
        {
            await _ended.CancelAsync();
            _outbox.Writer.TryComplete();
            await writing;
        }
    }

    /// <summary>Sends what is queued, then ends the connection.</summary>
    public void Close()
    {
        _closing = true;
        _outbox.Writer.TryComplete();
    }

    /// <summary>Ends a connection that is silent before its patience is over.</summary>
    public void GiveUp() => _ended.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Cancel();
        _channel.Dispose();
        Process?.Dispose();
    }

    private async Task<string?> ReadAsync(Func<Frame, Task> deal)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        patience.CancelAfter(HandshakePatience);
        var window = Stopwatch.GetTimestamp();
        var frames = 0;
        while (await _channel.ReceiveAsync(patience.Token) is { } frame)
        {
            Spoke = true;
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            _channel.DropDescriptors();

            // No reason to end it: frames pile up by themselves while the pool is stopped. They wait in the kernel,
            // and what a dead peer left there is read at once, or its end would be noticed late.
            var rest = s_window - Stopwatch.GetElapsedTime(window);
            if (++frames > MaxFramesPerSecond && rest > TimeSpan.Zero && Process is not { IsAlive: false })
                await Task.Delay(rest, _ended.Token);
            if (Stopwatch.GetElapsedTime(window) >= s_window)
                (window, frames) = (Stopwatch.GetTimestamp(), 1);
            await deal(frame);
        }

        return null;
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var (frame, descriptors) in _outbox.Reader.ReadAllAsync(_ended.Token))
            {
                await _channel.SendAsync(frame, descriptors, _ended.Token);
                foreach (var descriptor in descriptors)
                    descriptor.Dispose();
            }
        }
        catch (ProtocolException problem)
        {
            _unsendable = problem.Message;
        }
        catch (Exception problem) when (problem is IOException or SocketException
            or ObjectDisposedException or OperationCanceledException)
        {
            // The reader reports the end of the session.
        }

        await _ended.CancelAsync();
        while (_outbox.Reader.TryRead(out var unsent))
        {
            foreach (var descriptor in unsent.Descriptors)
                descriptor.Dispose();
        }
    }
}
