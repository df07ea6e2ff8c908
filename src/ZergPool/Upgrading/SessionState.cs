using Zerg.Posix;
using Zerg.Protocol;

namespace ZergPool.Upgrading;

/// <summary>A connection of a zergling.</summary>
internal sealed record SessionState
{
    /// <summary>The pool it attached to, by its address.</summary>
    public required string Pool { get; init; }

    public required int Descriptor { get; init; }

    public required PeerCredentials Peer { get; init; }

    public ProcessState? Process { get; init; }

    /// <summary>When it began, on the monotonic clock.</summary>
    public required long Started { get; init; }

    /// <summary>How long it may say nothing.</summary>
    public required TimeSpan Patience { get; init; }

    public required bool IsGreeted { get; init; }

    /// <summary>Whether a frame of it has come.</summary>
    public required bool Spoke { get; init; }

    /// <summary>What the descriptors of the greeting were.</summary>
    public IReadOnlyList<SocketInfo>? Greeted { get; init; }

    /// <summary>What has come of a frame that is not complete.</summary>
    public required byte[] Received { get; init; }
}
