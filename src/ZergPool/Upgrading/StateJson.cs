using System.Text.Json.Serialization;

namespace ZergPool.Upgrading;

/// <summary>The serializer of the state, generated at build.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(PoolState))]
internal sealed partial class StateJson : JsonSerializerContext;
