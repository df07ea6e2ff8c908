using Zerg.Protocol;

namespace Zerg;

/// <summary>What a zergling that leaves still waits for.</summary>
/// <param name="Protocols">All of it, by protocol.</param>
/// <param name="Oldest">A few of them, the oldest first; <see cref="MaxOldest"/> at most.</param>
public sealed record OpenConnections(IReadOnlyList<ProtocolCount> Protocols, IReadOnlyList<OpenConnection> Oldest)
{
    /// <summary>How many are told one by one.</summary>
    public const int MaxOldest = 5;

    private const int MaxProtocols = 8;
    private const int MaxProtocol = 20;
    private const int MaxRemote = 60;

    /// <summary>Whether they are ended by force from now on.</summary>
    public bool Forced { get; init; }

    /// <inheritdoc/>
    public bool Equals(OpenConnections? other) => other is not null && Forced == other.Forced
        && Protocols.SequenceEqual(other.Protocols) && Oldest.SequenceEqual(other.Oldest);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Forced, Protocols.Count, Oldest.Count);

    /// <summary>Counts them, and names the oldest; those whose age nobody knows come as they are.</summary>
    internal static OpenConnections Of(IReadOnlyCollection<OpenConnection> all) => new(
        [
            .. all.GroupBy(one => one.Protocol).Select(group => new ProtocolCount(group.Key, group.Count()))
                .OrderByDescending(one => one.Count).ThenBy(one => one.Protocol, StringComparer.Ordinal)
                .Take(MaxProtocols),
        ],
        [.. all.OrderBy(one => one.Opened).Take(MaxOldest)]);

    /// <summary>As it may be kept and shown, whoever said it.</summary>
    /// <exception cref="ProtocolException">It has a null in it.</exception>
    internal OpenConnections Bounded()
    {
        if (Protocols.Contains(null!) || Oldest.Contains(null!))
            throw new ProtocolException("not a frame: a list has a null in it");
        return this with
        {
            Protocols =
            [
                .. Protocols.Take(MaxProtocols)
                    .Select(one => new ProtocolCount(OneLine.Of(one.Protocol, MaxProtocol), FrameBounds.Figure(one.Count) ?? 0)),
            ],
            Oldest =
            [
                .. Oldest.Take(MaxOldest).Select(one => one with
                {
                    Protocol = OneLine.Of(one.Protocol, MaxProtocol),
                    Remote = one.Remote is null ? null : OneLine.Of(one.Remote, MaxRemote),
                    Opened = FrameBounds.Moment(one.Opened),
                    Worker = FrameBounds.Process(one.Worker),
                }),
            ],
        };
    }
}
