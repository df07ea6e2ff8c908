using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg;

/// <summary>
/// A zergling's side of a session with its pool: attach, receive the listening sockets, follow orders, report. On a
/// real uWSGI zerg pool, which keeps no session, it ends up with the sockets alone: <see cref="IsPlain"/>.
/// </summary>
public sealed partial class ZergClient : IAsyncDisposable
{
    // In seconds; what no timer can wait for is as good as for ever.
    private const double LongestMercy = 30 * 24 * 3600;

    private readonly FrameChannel _channel;
    private readonly ZergClientOptions _options;
    private readonly Past _past;
    private readonly SemaphoreSlim _sending = new(1);

    private ZergClient(
        FrameChannel channel, ZergClientOptions options, Past past, IReadOnlyList<ZergSocket> sockets,
        WelcomeFrame? welcome)
    {
        _channel = channel;
        _options = options;
        _past = past;
        Sockets = sockets;
        IsPlain = welcome is null;
        Session = welcome?.Session ?? 0;
        Generation = welcome?.Generation ?? 0;
        Backlog = welcome?.Backlog ?? 0;
        Workers = Math.Clamp(welcome?.Workers ?? 0, 0, options.Workers);
    }

    /// <summary>The sockets that were passed over; the caller owns them.</summary>
    public IReadOnlyList<ZergSocket> Sockets { get; }

    /// <summary>The pool is a real uWSGI: no session, no orders, every report is dropped.</summary>
    public bool IsPlain { get; }

    /// <summary>The id in the pool's roster, 0 for a plain pool.</summary>
    public int Session { get; }

    /// <summary>The generation that served when this zergling attached, 0 for none.</summary>
    public int Generation { get; }

    /// <summary>The user of the pool, as the kernel has it.</summary>
    internal uint? PoolUid => _past.PoolUid;

    /// <summary>The backlog that the pool keeps for its listeners, 0 for a plain pool.</summary>
    public int Backlog { get; }

    /// <summary>With how many workers to begin, 0 for all; see <see cref="ZergOrder.Scale"/>.</summary>
    public int Workers { get; }

    /// <summary>Says that this zergling could serve now; the pool answers with its order to accept.</summary>
    public Task ReadyAsync(CancellationToken cancel = default) => SendAsync(new ReadyFrame(), cancel);

    /// <summary>The same, with the UNIX addresses where it answers until it is told to accept.</summary>
    /// <param name="probes">Paths, or abstract names with @ before them.</param>
    /// <param name="cancel">Stops the sending.</param>
    public Task ReadyAsync(IReadOnlyList<string> probes, CancellationToken cancel = default)
        => SendAsync(new ReadyFrame { Probes = FrameText.Cut(probes) }, cancel);

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
                Crashes = report.Crashes,
                Target = report.Target,
                Ready = report.Ready,
                Responses = report.Responses,
                Open = report.Open,
                Said = report.Said,
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
        // Not the semaphore: whoever is about to send finds the channel closed, and drops what it has.
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ZergSocket[] Wrap(IReadOnlyList<FileDescriptor> descriptors, IReadOnlyList<SocketInfo> infos)
    {
        if (descriptors.Count == infos.Count)
        {
            return [.. descriptors.Zip(infos, (descriptor, info) => new ZergSocket(descriptor, info))];
        }

        foreach (var descriptor in descriptors)
            descriptor.Dispose();
        throw new ProtocolException($"{descriptors.Count} descriptors received, {infos.Count} described");
    }

    // A pool that breaks the protocol has ended the session as one that is gone has.
    private async Task<ZergOrder?> NextOrderAsync(CancellationToken cancel)
    {
        try
        {
            while (await _channel.ReceiveAsync(cancel).ConfigureAwait(false) is { } frame)
            {
                if (FrameBounds.WhyNot(frame) is { } reason)
                    throw new ProtocolException(reason);
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
        PauseFrame pause => new ZergOrder.Pause(pause.Standby),
        ResumeFrame resume => new ZergOrder.Resume(resume.Generation),
        DrainFrame drain => new ZergOrder.Drain(
            TimeSpan.FromSeconds(Math.Clamp(drain.Mercy, 0, LongestMercy)), drain.Reason),
        StopFrame stop => new ZergOrder.Stop(stop.Reason, FrameBounds.Status(stop.ExitCode)),
        ScaleFrame scale => new ZergOrder.Scale(Math.Clamp(scale.Workers, 0, _options.Workers)),
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
