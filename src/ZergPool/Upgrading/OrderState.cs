using Zerg.Posix;
using ZergPool.Control;

namespace ZergPool.Upgrading;

/// <summary>A connection of a control socket: it sends its order, or waits for the answer.</summary>
internal sealed record OrderState
{
    public required int Descriptor { get; init; }

    public required PeerCredentials Peer { get; init; }

    /// <summary>When it connected, on the monotonic clock.</summary>
    public required long Started { get; init; }

    /// <summary>What has come of its order, which is to be dealt with; null when that is done.</summary>
    public byte[]? Received { get; init; }

    /// <summary>What it waits for.</summary>
    public AwaitedState? Awaited { get; init; }

    /// <summary>Its answer, when that only needs to be written.</summary>
    public ControlReply? Answer { get; init; }

    /// <summary>Whether the order was this upgrade.</summary>
    public bool IsUpgrade { get; init; }
}
