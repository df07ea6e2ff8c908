using System.Text.Json.Serialization;

namespace Zerg.Protocol;

/// <summary>The kinds of zergling that keep a session.</summary>
[JsonConverter(typeof(WordConverter<ZerglingRole>))]
internal enum ZerglingRole
{
    /// <summary>An app that serves by itself; it can pause.</summary>
    [JsonStringEnumMemberName("app")]
    App,

    /// <summary>The program zergling with its workers; it cannot pause them.</summary>
    [JsonStringEnumMemberName("launcher")]
    Launcher,
}
