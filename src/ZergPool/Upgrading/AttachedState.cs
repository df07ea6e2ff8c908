using Zerg;
using Zerg.Posix;

namespace ZergPool.Upgrading;

/// <summary>One of the roster.</summary>
internal sealed record AttachedState
{
    public required int Id { get; init; }

    /// <summary>The pool it attached to, by its address.</summary>
    public required string Pool { get; init; }

    public required PeerCredentials Peer { get; init; }

    public required int Pid { get; init; }

    public required string Name { get; init; }

    public required string App { get; init; }

    /// <summary>Null for a uWSGI, and for a launcher that died.</summary>
    public SessionState? Session { get; init; }

    /// <summary>A uWSGI's process.</summary>
    public ProcessState? Process { get; init; }

    /// <summary>When the process that attached had started, in the kernel's words; null when unknown.</summary>
    public ulong? PeerStarted { get; init; }

    /// <summary>Whether it only holds the sockets, and no record names it.</summary>
    public bool IsStranger { get; init; }

    public required IReadOnlyList<ProcessState> Workers { get; init; }

    public int? Connections { get; init; }

    public int? Requests { get; init; }

    public DateTimeOffset? KillAt { get; init; }

    public DateTimeOffset? DeafAt { get; init; }

    public string? Bye { get; init; }

    public int? Crashes { get; init; }

    public OpenConnections? Open { get; init; }

    public bool IsForced { get; init; }

    public required IReadOnlyList<string> Probes { get; init; }
}
