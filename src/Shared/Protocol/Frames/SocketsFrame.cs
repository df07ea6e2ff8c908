namespace Zerg.Protocol;

/// <summary>pool -> zergling: sockets that came (their descriptors with this frame) and went.</summary>
internal sealed record SocketsFrame : Frame
{
    /// <summary>One entry for each descriptor of this frame; a name already held means: replace that one.</summary>
    public IReadOnlyList<SocketInfo> Added { get; init => field = Items(value); } = [];

    /// <summary>Names of sockets to be let go.</summary>
    public IReadOnlyList<string> Removed { get; init => field = Items(value); } = [];
}
