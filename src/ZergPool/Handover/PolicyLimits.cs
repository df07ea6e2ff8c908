using Zerg.Configuration;

namespace ZergPool.Handover;

/// <summary>The patience of the policy.</summary>
internal sealed record PolicyLimits
{
    /// <summary>From attach to ready, option <c>ready-timeout</c>.</summary>
    public TimeSpan Ready { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a release that was replaced may not come back by itself: <c>worker-reload-mercy</c>.</summary>
    public TimeSpan Mercy { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a release that was replaced waits in standby: <c>rollback-window</c>; zero: it leaves.</summary>
    public TimeSpan RollbackWindow { get; init; }

    /// <summary>Workers of a new release that may die in that time: <c>max-crashes</c>.</summary>
    public int MaxCrashes { get; init; } = 3;

    /// <summary>How a release takes over: <c>strategy</c>.</summary>
    public RollStrategy Strategy { get; init; }

    /// <summary>The share of its workers that a canary stops at, <c>canary</c>.</summary>
    public Share Canary { get; init; } = PoolOptions.DefaultCanary;

    /// <summary>For how long it stops there, <c>bake</c>.</summary>
    public TimeSpan Bake { get; init; } = PoolOptions.DefaultBake;

    /// <summary>Whether a canary that has answered too little to be judged has failed, <c>canary-empty</c>.</summary>
    public bool FailsEmptyCanary { get; init; }

    /// <summary>What the answers of a new release have to be like in that time.</summary>
    public ReleaseWatch Watch { get; init; } = ReleaseWatch.Nothing;

    /// <summary>Generations that may drain at a time, <c>max-generations</c>; 0: any number.</summary>
    public int MaxGenerations { get; init; }

    /// <summary>Whether a <c>check-command</c> has a say before a release serves.</summary>
    public bool Checks { get; init; }

    /// <summary>From the order to accept, or to drain, until the answer to it.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Ended hand-overs kept for the status.</summary>
    public int History { get; init; } = 32;
}
