using ZergPool.Deploying;

namespace ZergPool.Upgrading;

/// <summary>A launcher that the pool started.</summary>
internal sealed record DeploymentState
{
    public required int Id { get; init; }

    public required Workload Workload { get; init; }

    public required DateTimeOffset Asked { get; init; }

    /// <summary>How it is started, where somebody else had started it first.</summary>
    public LaunchState? Remembered { get; init; }

    /// <summary>The launcher while it runs.</summary>
    public ProcessState? Process { get; init; }

    /// <summary>The file that it complains into.</summary>
    public int? Complaint { get; init; }

    public DateTimeOffset Started { get; init; }

    public int Zergling { get; init; }

    public bool IsQueued { get; init; }

    public bool HasServed { get; init; }

    public bool IsLeaving { get; init; }

    public DateTimeOffset? RetryAt { get; init; }

    public string? Problem { get; init; }
}
