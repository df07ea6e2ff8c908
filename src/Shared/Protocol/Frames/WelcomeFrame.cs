namespace Zerg.Protocol;

/// <summary>pool -> zergling: its place in the roster, and what the descriptors of the greeting are.</summary>
internal sealed record WelcomeFrame : Frame
{
    /// <summary>The version of the frames spoken.</summary>
    public required int Protocol { get; init; }

    /// <summary>The session's id in the roster.</summary>
    public required int Session { get; init; }

    /// <summary>The generation that serves now, 0 while none does.</summary>
    public int Generation { get; init; }

    /// <summary>The pool's own version.</summary>
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>The backlog that the pool keeps for its listeners.</summary>
    public int Backlog { get; init; }

    /// <summary>With how many workers to begin; 0: with all of them.</summary>
    public int Workers { get; init; }

    /// <summary>One entry for each descriptor of the greeting, in its order, or of this frame after a greeting of none.</summary>
    public IReadOnlyList<SocketInfo> Sockets { get; init => field = Items(value); } = [];
}
