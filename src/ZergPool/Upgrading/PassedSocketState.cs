using Zerg.Configuration;

namespace ZergPool.Upgrading;

/// <summary>A socket that the pool holds and passes on.</summary>
internal sealed record PassedSocketState
{
    /// <summary>The address as the configuration has it.</summary>
    public required string Asked { get; init; }

    /// <summary>Which option it comes from: those of one host name share it.</summary>
    public required int Option { get; init; }

    /// <summary>Whether a reload removed it, while others still hold it.</summary>
    public required bool IsLeaving { get; init; }

    /// <summary>The address that it is bound to.</summary>
    public required string Address { get; init; }

    public required SocketProtocol Protocol { get; init; }

    public required string Name { get; init; }

    public required int Descriptor { get; init; }

    /// <summary>Who had it before; null for one that the pool made.</summary>
    public string? From { get; init; }

    /// <summary>The file of a UNIX socket, as it was bound.</summary>
    public FileState? File { get; init; }
}
