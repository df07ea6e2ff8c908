using System.Text.Json.Serialization;
using Zerg.Protocol;

namespace Zerg;

/// <summary>What a zergling is doing.</summary>
[JsonConverter(typeof(WordConverter<ZerglingState>))]
public enum ZerglingState
{
    /// <summary>Not ready yet.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,

    /// <summary>Accepting connections.</summary>
    [JsonStringEnumMemberName("accepting")]
    Accepting,

    /// <summary>Ready, but accepting nothing.</summary>
    [JsonStringEnumMemberName("paused")]
    Paused,

    /// <summary>Finishing what it accepted, then leaving.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,
}
