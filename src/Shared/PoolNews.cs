namespace Zerg;

/// <summary>What a zergling hears of a pool of its own, see <see cref="PoolFollower"/>.</summary>
internal abstract record PoolNews
{
    private PoolNews()
    {
    }

    /// <summary>It gives an order.</summary>
    public sealed record Ordered(ZergOrder Order) : PoolNews;

    /// <summary>The session has ended; the pool is sought from now on, unless its last order was to stop.</summary>
    public sealed record Gone : PoolNews;

    /// <summary>There is a pool, but it is of no use; told when the reason changes. It is tried on.</summary>
    public sealed record Refused(string Reason) : PoolNews;

    /// <summary>There is a session again.</summary>
    /// <param name="Client">The follower's, until it ends.</param>
    public sealed record Back(ZergClient Client) : PoolNews
    {
        /// <summary>All that the pool passes, and the names of what is held and no longer passed.</summary>
        public ZergOrder.Sockets Change(IEnumerable<string> held)
            => new(Client.Sockets, [.. held.Except(Client.Sockets.Select(socket => socket.Name))]);
    }
}
