using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <summary>What <c>zergpool status --json</c> prints.</summary>
internal sealed record StatusDocument
{
    public required PoolStatus Pool { get; init; }

    public required IReadOnlyList<SocketStatus> Sockets { get; init; }

    /// <summary>What is limited, and how much of it there is.</summary>
    public required IReadOnlyList<LimitStatus> Limits { get; init; }

    /// <summary>What the configuration says otherwise than what is in force, a line each.</summary>
    public required IReadOnlyList<string> Differences { get; init; }

    public required IReadOnlyList<ZerglingStatus> Zerglings { get; init; }

    /// <summary>What the pool itself has started, newest first.</summary>
    public required IReadOnlyList<DeploymentStatus> Deployments { get; init; }

    /// <summary>Null while none is under way; the first of those of several pools.</summary>
    public HandoverStatus? Handover { get; init; }

    /// <summary>What can be gone back to: one for each pool at most.</summary>
    public required IReadOnlyList<RollbackStatus> Rollback { get; init; }

    /// <summary>What is gone back to and has to start again first: one for each pool at most.</summary>
    public IReadOnlyList<GoingBackStatus> GoesBack { get; init; } = [];

    /// <summary>What new releases are watched for, and what is seen of them: one for each pool that watches.</summary>
    public IReadOnlyList<WatchStatus> Watch { get; init; } = [];

    /// <summary>Each by itself when the process has several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EachPoolStatus>? Pools { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<HistoryStatus> History { get; init; }
}
