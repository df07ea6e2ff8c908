using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <summary>The serializer of <c>zergpool history --json</c>: one record a line.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HistoryStatus))]
internal sealed partial class HistoryJson : JsonSerializerContext;
