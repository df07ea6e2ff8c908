namespace Zerg.Configuration;

/// <summary>A UNIX socket on which zerglings attach, and what they get there.</summary>
internal sealed record PoolSpec(ListenAddress Address, IReadOnlyList<ListenSpec> Sockets, SourcePosition Position)
{
    /// <summary>SCM_MAX_FD: the kernel passes no more descriptors in one message.</summary>
    public const int MaxSockets = 253;
}
