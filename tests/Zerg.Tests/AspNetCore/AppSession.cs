using System.Collections.Concurrent;
using Zerg.Posix;
using Zerg.Protocol;

namespace Zerg.Tests.AspNetCore;

/// <summary>The pool's end of a session.</summary>
internal sealed class AppSession(FrameChannel channel) : IDisposable
{
    /// <summary>Every frame received so far.</summary>
    public ConcurrentQueue<Frame> Received { get; } = new();

    public Task OrderAsync(Frame order, params FileDescriptor[] descriptors)
        => channel.SendAsync(order, descriptors, CancellationToken.None);

    /// <summary>Reads on until a frame of this kind comes.</summary>
    public async Task<T> ExpectAsync<T>(CancellationToken cancel, Func<T, bool>? wanted = null)
        where T : Frame
    {
        while (await channel.ReceiveAsync(cancel) is { } frame)
        {
            Received.Enqueue(frame);
            if (frame is T expected && wanted?.Invoke(expected) != false)
                return expected;
        }

        throw new AssertionException(
            $"the session ended without {typeof(T).Name}, after {string.Join(", ", Received)}");
    }

    public Task<StateFrame> ExpectStateAsync(ZerglingState state, CancellationToken cancel)
        => ExpectAsync<StateFrame>(cancel, frame => frame.State == state);

    /// <summary>Reads on until the sockets are offered; they are the test's.</summary>
    public async Task<(IReadOnlyList<SocketInfo> Sockets, IReadOnlyList<FileDescriptor> Descriptors)> ExpectOfferAsync(
        CancellationToken cancel)
    {
        var offer = await ExpectAsync<OfferFrame>(cancel);
        return (offer.Sockets, channel.TakeDescriptors(offer.Descriptors));
    }

    /// <summary>Welcomes it late, as a pool that has its sockets back.</summary>
    public Task WelcomeAsync(
        int session, IReadOnlyList<SocketInfo> sockets, IReadOnlyList<FileDescriptor> descriptors)
        => channel.SendAsync(
            new WelcomeFrame
            {
                Protocol = FrameChannel.ProtocolVersion,
                Session = session,
                Backlog = AppPool.Backlog,
                Sockets = sockets,
            },
            descriptors,
            CancellationToken.None);

    /// <summary>Reads to the end of the session.</summary>
    public async Task ExpectEndAsync(CancellationToken cancel)
    {
        while (await channel.ReceiveAsync(cancel) is { } frame)
            Received.Enqueue(frame);
    }

    public void Dispose() => channel.Dispose();
}
