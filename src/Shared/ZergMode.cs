using System.Text.Json.Serialization;
using Zerg.Protocol;

namespace Zerg;

/// <summary>How a zergling enters service, option <c>zerg-mode</c>.</summary>
[JsonConverter(typeof(WordConverter<ZergMode>))]
public enum ZergMode
{
    /// <summary>Another release replaces the one that serves, the same release joins it.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>Takes over from every older generation.</summary>
    [JsonStringEnumMemberName("replace")]
    Replace,

    /// <summary>Serves beside whoever serves.</summary>
    [JsonStringEnumMemberName("join")]
    Join,

    /// <summary>Becomes ready and waits, warm, to be resumed.</summary>
    [JsonStringEnumMemberName("standby")]
    Standby,
}
