using System.Text.Json;
using System.Text.Json.Serialization;

namespace Zerg.StrictClient;

internal sealed class LoadModeConverter()
    : JsonStringEnumConverter<LoadMode>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
