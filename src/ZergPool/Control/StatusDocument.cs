using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <summary>What <c>zergpool status --json</c> prints.</summary>
internal sealed record StatusDocument
{
    public required PoolStatus Pool { get; init; }

    public required IReadOnlyList<SocketStatus> Sockets { get; init; }

    public required IReadOnlyList<ZerglingStatus> Zerglings { get; init; }

    /// <summary>Null while none is under way; the first of those of several pools.</summary>
    public HandoverStatus? Handover { get; init; }

    /// <summary>Each by itself when the process has several.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EachPoolStatus>? Pools { get; init; }

    /// <summary>Newest first.</summary>
    public required IReadOnlyList<HistoryStatus> History { get; init; }
}
