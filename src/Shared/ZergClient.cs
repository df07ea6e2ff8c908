using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg;

/// <summary>
/// A zergling's side of a session with its pool: attach, receive the listening sockets, follow orders, report. On a
/// real uWSGI zerg pool, which keeps no session, it ends up with the sockets alone: <see cref="IsPlain"/>.
/// </summary>
public sealed class ZergClient : IAsyncDisposable
{
    // In seconds; what no timer can wait for is as good as for ever.
    private const double LongestMercy = 30 * 24 * 3600;

    private readonly FrameChannel _channel;
    private readonly SemaphoreSlim _sending = new(1);

    private ZergClient(FrameChannel channel, IReadOnlyList<ZergSocket> sockets, WelcomeFrame? welcome)
    {
        _channel = channel;
        Sockets = sockets;
        IsPlain = welcome is null;
        Session = welcome?.Session ?? 0;
        Generation = welcome?.Generation ?? 0;
        Backlog = welcome?.Backlog ?? 0;
    }

    /// <summary>The sockets that were passed over; the caller owns them.</summary>
    public IReadOnlyList<ZergSocket> Sockets { get; }

    /// <summary>The pool is a real uWSGI: no session, no orders, every report is dropped.</summary>
    public bool IsPlain { get; }

    /// <summary>The id in the pool's roster, 0 for a plain pool.</summary>
    public int Session { get; }

    /// <summary>The generation that served when this zergling attached, 0 for none.</summary>
    public int Generation { get; }

    /// <summary>The backlog that the pool keeps for its listeners, 0 for a plain pool.</summary>
    public int Backlog { get; }

    /// <summary>Connects, receives the sockets, and opens the session.</summary>
    /// <exception cref="ZergException">The pool is absent, silent, refuses, or is no pool; one line says which.</exception>
    public static async Task<ZergClient> AttachAsync(ZergClientOptions options, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(options.Timeout);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var channel = new FrameChannel(socket);
        try
        {
            await socket.ConnectAsync(UnixAddress.EndPoint(options.Pool), timeout.Token).ConfigureAwait(false);
            return await OpenAsync(options, channel, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            channel.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw Explain(options, problem);
        }
    }

    /// <summary>Says that this zergling could serve now; the pool answers with its order to accept.</summary>
    public Task ReadyAsync(CancellationToken cancel = default) => SendAsync(new ReadyFrame(), cancel);

    /// <summary>Says that this zergling will not become ready.</summary>
    /// <param name="reason">Why, in one line.</param>
    /// <param name="output">The last lines the failed program wrote.</param>
    /// <param name="cancel">Stops the sending.</param>
    public Task FailedAsync(string reason, IReadOnlyList<string>? output = null, CancellationToken cancel = default)
        => SendAsync(
            new FailedFrame { Reason = FrameText.Cut(reason), Output = FrameText.Cut(output ?? []) }, cancel);

    /// <summary>Reports what this zergling is doing.</summary>
    public Task ReportAsync(ZergReport report, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        return SendAsync(
            new StateFrame
            {
                State = report.State,
                Connections = report.Connections,
                Requests = report.Requests,
                Workers = report.Workers ?? [],
            },
            cancel);
    }

    /// <summary>Says that this zergling leaves on purpose.</summary>
    public Task ByeAsync(string reason, CancellationToken cancel = default)
        => SendAsync(new ByeFrame { Reason = FrameText.Cut(reason) }, cancel);

    /// <summary>The pool's orders as they come. The sequence ends when the pool is gone; at once for a plain pool.</summary>
    public async IAsyncEnumerable<ZergOrder> OrdersAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (!IsPlain && await NextOrderAsync(cancel).ConfigureAwait(false) is { } order)
            yield return order;
    }

    /// <summary>Ends the session; the sockets stay with their owner.</summary>
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _sending.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<ZergClient> OpenAsync(
        ZergClientOptions options, FrameChannel channel, CancellationToken cancel)
    {
        var hello = new HelloFrame
        {
            Protocol = FrameChannel.ProtocolVersion,
            Role = options.IsLauncher ? ZerglingRole.Launcher : ZerglingRole.App,
            App = FrameText.Cut(options.App),
            Release = FrameText.Cut(options.Release),
            Name = FrameText.Cut(options.Name),
            Mode = options.Mode,
            Started = TimeProvider.System.GetUtcNow(),
        };

        // Neither side waits for the other: a pool that recovers reads the hello before it greets, and a uWSGI
        // pool greets and closes without reading anything, which may reset this very send.
        try
        {
            await channel.SendAsync(hello, [], cancel).ConfigureAwait(false);
        }
        catch (SyscallException problem) when (problem.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
        }

        var greeting = await GreetingAsync(channel, cancel).ConfigureAwait(false);
        if (greeting.Length == 0)
        {
            throw new ZergException(
                $"{options.Pool}: the pool closed the connection without its greeting; "
                + "does it allow this uid or gid (allow-uid, allow-gid)?",
                ExitCodes.NotPermitted);
        }

        var descriptors = channel.TakeDescriptors(Greeting.Read(greeting));
        var welcome = await WelcomeAsync(channel, cancel).ConfigureAwait(false);
        return new ZergClient(
            channel, Wrap(descriptors, welcome?.Sockets ?? [.. descriptors.Select(PlainSocket.Describe)]), welcome);
    }

    // A pool that refuses closes; when the hello has come before that, the close is a reset.
    private static async Task<byte[]> GreetingAsync(FrameChannel channel, CancellationToken cancel)
    {
        try
        {
            return await channel.ReceiveBytesAsync(Greeting.Length, cancel).ConfigureAwait(false);
        }
        catch (SyscallException problem) when (problem.Errno is Errno.ECONNRESET)
        {
            return [];
        }
    }

    private static async Task<WelcomeFrame?> WelcomeAsync(FrameChannel channel, CancellationToken cancel)
    {
        try
        {
            return await channel.ReceiveAsync(cancel).ConfigureAwait(false) switch
            {
                null => null,
                WelcomeFrame welcome => welcome,
                StopFrame stop => throw new ZergException(stop.Reason, stop.ExitCode),
                var other => throw new ProtocolException($"expected welcome, received {other.GetType().Name}"),
            };
        }
        catch (SyscallException problem) when (problem.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            return null;
        }
    }

    private static ZergSocket[] Wrap(IReadOnlyList<FileDescriptor> descriptors, IReadOnlyList<SocketInfo> infos)
    {
        if (descriptors.Count == infos.Count)
        {
            return [.. descriptors.Zip(infos, (descriptor, info) => new ZergSocket(
                descriptor, info.Name, info.Address, info.Protocol, info.Certificate, info.Key))];
        }

        foreach (var descriptor in descriptors)
            descriptor.Dispose();
        throw new ProtocolException($"{descriptors.Count} descriptors received, {infos.Count} described");
    }

    private static ZergException Explain(ZergClientOptions options, Exception problem) => problem switch
    {
        ZergException known => known,
        OperationCanceledException => new ZergException(
            $"{options.Pool}: the pool did not greet within {options.Timeout.TotalSeconds:0.#} s",
            ExitCodes.Unavailable, problem),
        SocketException { SocketErrorCode: SocketError.AccessDenied } => new ZergException(
            $"{options.Pool}: not permitted to connect to the pool", ExitCodes.NotPermitted, problem),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => new ZergException(
            // What .NET makes of ENOENT.
            $"{options.Pool}: the pool cannot be reached: there is no such socket", ExitCodes.Unavailable, problem),
        ProtocolException => new ZergException(
            $"{options.Pool}: not a zerg pool: {problem.Message}", ExitCodes.Unavailable, problem),
        _ => new ZergException(
            $"{options.Pool}: the pool cannot be reached: {SyscallException.Explain(problem)}", ExitCodes.Unavailable, problem),
    };

    // A pool that breaks the protocol has ended the session as one that is gone has.
    private async Task<ZergOrder?> NextOrderAsync(CancellationToken cancel)
    {
        try
        {
            while (await _channel.ReceiveAsync(cancel).ConfigureAwait(false) is { } frame)
            {
                if (Read(frame) is { } order)
                    return order;
            }
        }
        catch (Exception gone) when (gone is IOException or SocketException or ProtocolException)
        {
            _channel.End();
        }

        return null;
    }

    private ZergOrder? Read(Frame frame) => frame switch
    {
        PauseFrame => new ZergOrder.Pause(),
        ResumeFrame => new ZergOrder.Resume(),
        DrainFrame drain => new ZergOrder.Drain(
            TimeSpan.FromSeconds(Math.Clamp(drain.Mercy, 0, LongestMercy)), drain.Reason),
        StopFrame stop => new ZergOrder.Stop(stop.Reason, stop.ExitCode),
        SocketsFrame sockets => new ZergOrder.Sockets(
            Wrap(_channel.TakeDescriptors(sockets.Descriptors), sockets.Added), sockets.Removed),
        _ => null,
    };

    private async Task SendAsync(Frame frame, CancellationToken cancel)
    {
        if (IsPlain)
            return;

        await _sending.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            await _channel.SendAsync(frame, [], cancel).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or SocketException or ObjectDisposedException)
        {
            // Half a frame may be under way, and nothing may follow that. The reader of the orders sees the end of
            // the session and decides what it means.
            _channel.End();
        }
        finally
        {
            _sending.Release();
        }
    }
}
