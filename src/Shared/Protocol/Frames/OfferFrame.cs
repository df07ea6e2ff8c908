namespace Zerg.Protocol;

/// <summary>
/// zergling -> pool, after a greeting of no descriptors: a pool that came back gets its sockets from whoever holds them.
/// </summary>
internal sealed record OfferFrame : Frame
{
    /// <summary>One entry for each descriptor of this frame, as the last welcome named it.</summary>
    public IReadOnlyList<SocketInfo> Sockets { get; init => field = Items(value); } = [];
}
