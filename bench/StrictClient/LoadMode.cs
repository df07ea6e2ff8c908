using System.Text.Json.Serialization;

namespace Zerg.StrictClient;

[JsonConverter(typeof(LoadModeConverter))]
internal enum LoadMode
{
    KeepAlive,
    Paced,
    PerConnection,
    Http2,
    Slow,
    Idle,
    Upload,
    Download,
    Websocket,
}
