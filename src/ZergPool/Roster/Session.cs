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
internal sealed partial class Session : IDisposable
{
    /// <summary>Frames that a peer may leave unread.</summary>
    public const int MaxOutbox = 64;

    /// <summary>Frames that are read from a peer in a second; the rest waits in the kernel.</summary>
    public const int MaxFramesPerSecond = 200;

    /// <summary>The end of a peer that said nothing of it: it died, or was killed.</summary>
    public const string Silent = "its session ended without a bye";

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(1);

    // For what a peer said before it closed its end.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(5);

    private readonly Channel<Outgoing> _outbox = Channel.CreateBounded<Outgoing>(MaxOutbox);

    private readonly CancellationTokenSource _ended = new();
    private readonly FrameChannel _channel;
    private readonly TimeSpan _patience;
    private readonly long _started;
    private Task? _writing;
    private volatile bool _closing;
    private volatile string? _unsendable;
    private bool _isDeaf;

    /// <param name="socket">The connection.</param>
    /// <param name="pool">The path of the pool it came to.</param>
    /// <param name="peer">Who is at its other end.</param>
    /// <param name="patience">How long it may say nothing.</param>
    public Session(Socket socket, ListenAddress pool, PeerCredentials peer, TimeSpan patience)
        : this(socket, pool, peer, patience, ProcessHandle.OfPeer(socket, peer), Stopwatch.GetTimestamp())
    {
    }

    private Session(
        Socket socket, ListenAddress pool, PeerCredentials peer, TimeSpan patience, ProcessHandle? process, long started)
    {
        _channel = new FrameChannel(socket);
        _patience = patience;
        _started = started;
        Pool = pool;
        Peer = peer;
        Process = process;
        PeerStarted = process is null || ProcessTable.Started(peer.Pid) is not { } at || !process.IsAlive ? null : at;
    }

    /// <summary>The path of the pool it attached to.</summary>
    public ListenAddress Pool { get; }

    /// <summary>Who connected.</summary>
    public PeerCredentials Peer { get; }

    /// <summary>The peer's process; null in another pid namespace.</summary>
    public ProcessHandle? Process { get; private set; }

    /// <summary>When the peer's process had started, in the kernel's words; null when it was gone before that was known.</summary>
    public ulong? PeerStarted { get; }

    /// <summary>Whether the peer ever sent a frame; a real uWSGI does not.</summary>
    public bool Spoke { get; private set; }

    /// <summary>What the descriptors of the greeting were; null while it has had none.</summary>
    public IReadOnlyList<SocketInfo>? Greeted { get; set; }

    /// <summary>Whether it was given the sockets, or told that there are none yet.</summary>
    public bool IsGreeted { get; private set; }

    /// <summary>Whether its reader was interrupted; it has not ended then.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Its reader, until it ends or is interrupted.</summary>
    public Task Running { get; set; } = Task.CompletedTask;

    /// <summary>Frames that it has not been sent yet.</summary>
    public int Unsent => _outbox.Reader.Count;

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
    {
        IsGreeted = true;
        return _channel.SendAsync(Greeting.Write(descriptors.Count), descriptors, _ended.Token);
    }

    /// <summary>Queues the greeting, for a pool that did not have its sockets when the peer connected.</summary>
    public void Greet(IReadOnlyList<FileDescriptor> descriptors)
    {
        IsGreeted = true;
        Queue(null, descriptors);
    }

    /// <summary>Queues a frame; a peer that lets 64 of them pile up loses its session.</summary>
    public void Send(Frame frame, IReadOnlyList<FileDescriptor>? descriptors = null) => Queue(frame, descriptors);

    private void Queue(Frame? frame, IReadOnlyList<FileDescriptor>? descriptors)
    {
        FileDescriptor[] own = [.. (descriptors ?? []).Select(one => one.Duplicate())];
        if (_outbox.Writer.TryWrite(new Outgoing(frame, own)))
            return;
        foreach (var unsent in own)
            unsent.Dispose();
        _ended.Cancel();
    }

    /// <summary>
    /// Reads until the end, giving each frame, and the descriptors of an offer, to <paramref name="deal"/> and waiting
    /// for it. What interrupts it leaves what has come of the next frame for the next time it is run.
    /// </summary>
    /// <returns>Why the session ended when it was not an orderly end of the stream.</returns>
    public async Task<string?> RunAsync(
        Func<Frame, IReadOnlyList<FileDescriptor>, Task> deal, CancellationToken freeze)
    {
        IsFrozen = false;
        _writing ??= WriteAsync();
        try
        {
            return await ReadAsync(deal, freeze);
        }
        catch (OperationCanceledException) when (freeze.IsCancellationRequested && !_ended.IsCancellationRequested)
        {
            IsFrozen = true;
            return null;
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
            if (!IsFrozen)
            {
                await _ended.CancelAsync();
                _outbox.Writer.TryComplete();
                await _writing;
            }
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

    private async Task<string?> ReadAsync(
        Func<Frame, IReadOnlyList<FileDescriptor>, Task> deal, CancellationToken freeze)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token, freeze);
        if (!Spoke)
            patience.CancelAfter(Age < _patience ? _patience - Age : TimeSpan.Zero);
        var window = Stopwatch.GetTimestamp();
        var frames = 0;
        while (await _channel.ReceiveAsync(patience.Token) is { } frame)
        {
            Spoke = true;
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            var offered = frame is OfferFrame ? _channel.TakeDescriptors(frame.Descriptors) : [];
            _channel.DropDescriptors();

            // No reason to end it: frames pile up by themselves while the pool is stopped. They wait in the kernel,
            // and what a dead peer left there is read at once, or its end would be noticed late.
            var rest = s_window - Stopwatch.GetElapsedTime(window);
            if (++frames > MaxFramesPerSecond && rest > TimeSpan.Zero && Process is not { IsAlive: false })
                await Task.Delay(rest, patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ended.Token.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(window) >= s_window)
                (window, frames) = (Stopwatch.GetTimestamp(), 1);
            await deal(frame, offered);
            patience.Token.ThrowIfCancellationRequested();
        }

        return null;
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var next in _outbox.Reader.ReadAllAsync(_ended.Token))
                await WriteAsync(next);
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

    private async Task WriteAsync(Outgoing next)
    {
        var (frame, descriptors, flushed) = next;
        try
        {
            if (flushed is not null)
                flushed.SetResult();
            else if (_isDeaf)
                return;
            else if (frame is not null)
                await _channel.SendAsync(frame, descriptors, _ended.Token);
            else
                await _channel.SendAsync(Greeting.Write(descriptors.Count), descriptors, _ended.Token);
        }
        catch (SyscallException gone) when (gone.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            // What it said before is still to be read; the end of the stream comes after that.
            _isDeaf = true;
            _ended.CancelAfter(s_lastWords);
        }
        finally
        {
            foreach (var descriptor in descriptors)
                descriptor.Dispose();
        }
    }

    /// <param name="Frame">What is sent; without one it is the greeting.</param>
    /// <param name="Descriptors">What goes with it.</param>
    /// <param name="Flushed">Nothing is sent, but whoever waits for all before is told.</param>
    private sealed record Outgoing(
        Frame? Frame, IReadOnlyList<FileDescriptor> Descriptors, TaskCompletionSource? Flushed = null);
}
