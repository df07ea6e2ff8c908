using ZergPool.Hooks;
using ZergPool.Metrics;

namespace ZergPool.Upgrading;

/// <summary>
/// Everything that an image of the pool hands over to the next one. Whatever changes its meaning, in here or in what
/// it is made of, needs a new <see cref="StateHeader.Current"/>.
/// </summary>
internal sealed record PoolState
{
    /// <summary>The version of the program that wrote it.</summary>
    public required string Program { get; init; }

    /// <summary>When the pool started, in its first image.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The id given last.</summary>
    public required int LastId { get; init; }

    /// <summary>Whether there was a pool before, of which zerglings may tell.</summary>
    public required bool HasPast { get; init; }

    /// <summary>When those are looked for who do not tell.</summary>
    public DateTimeOffset? LookForStrangersAt { get; init; }

    /// <summary>When the first release is to be started, unless somebody has come back by then.</summary>
    public DateTimeOffset? UpAt { get; init; }

    /// <summary>What its deadlines are measured with, see <see cref="SteadyTime.Origin"/>.</summary>
    public long? Clock { get; init; }

    /// <summary>What the pool passes on.</summary>
    public required IReadOnlyList<PassedSocketState> Sockets { get; init; }

    /// <summary>Where zerglings attach, with their hand-overs.</summary>
    public required IReadOnlyList<EachPoolState> Pools { get; init; }

    /// <summary>Where orders come in.</summary>
    public required IReadOnlyList<OwnSocketState> Controls { get; init; }

    /// <summary>The number of the last deployment.</summary>
    public required int LastDeployment { get; init; }

    /// <summary>Launchers that the pool started.</summary>
    public required IReadOnlyList<DeploymentState> Deployments { get; init; }

    /// <summary>Launchers that others started, by release, the oldest first.</summary>
    public IReadOnlyList<RememberedState>? Remembered { get; init; }

    public required IReadOnlyList<AttachedState> Zerglings { get; init; }

    /// <summary>Those that were greeted and have not said hello yet.</summary>
    public required IReadOnlyList<SessionState> Handshakes { get; init; }

    /// <summary>Connections that wait for their greeting.</summary>
    public required IReadOnlyList<WaitingState> Waiting { get; init; }

    /// <summary>Where metrics are asked for.</summary>
    public OwnSocketState? Metrics { get; init; }

    /// <summary>What was counted.</summary>
    public Counters? Counters { get; init; }

    /// <summary>Hooks at work.</summary>
    public IReadOnlyList<HookState>? Hooks { get; init; }

    /// <summary>Hooks whose turn has not come.</summary>
    public IReadOnlyList<HookCall>? WaitingHooks { get; init; }

    /// <summary>Files that keep how hand-overs ended.</summary>
    public IReadOnlyList<JournalState>? Journals { get; init; }

    /// <summary>Connections of the control sockets.</summary>
    public required IReadOnlyList<OrderState> Orders { get; init; }
}
