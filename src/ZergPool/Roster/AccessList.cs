using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Roster;

/// <summary>Who may do one thing: root, the pool's own uid, the configured uid, and those that options allow.</summary>
internal sealed class AccessList(IEnumerable<uint> uids, IEnumerable<Account> gids)
{
    private readonly HashSet<uint> _uids = [0, .. uids];
    private readonly HashSet<uint> _gids = [.. gids.Select(group => group.Id)];

    /// <summary>Who may attach and receive descriptors.</summary>
    public static AccessList Attaching(PoolOptions options, uint own)
        => new([own, .. Own(options), .. options.AllowUids.Select(user => user.Id)], options.AllowGids);

    /// <summary>Who may give orders.</summary>
    public static AccessList Ordering(PoolOptions options, uint own)
        => new([own, .. Own(options), .. options.ControlUids.Select(user => user.Id)], options.ControlGids);

    /// <summary>Whether a peer is one of them.</summary>
    public bool Allows(PeerCredentials peer)
        => _uids.Contains(peer.Uid) || _gids.Contains(peer.Gid) || peer.Groups.Any(_gids.Contains);

    private static IEnumerable<uint> Own(PoolOptions options) => options.Uid is { } uid ? [uid.Id] : [];
}
