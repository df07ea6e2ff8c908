using System.Text.Json.Serialization;

namespace ZergPool.Recovering;

/// <summary>The serializer of the record, generated at build.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PoolRecord))]
internal sealed partial class RecoveringJson : JsonSerializerContext;
