using System.Text.Json.Serialization;
using ZergPool.Control;

namespace ZergPool.Journal;

/// <summary>The serializer of a journal's lines, generated at build.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HistoryStatus))]
internal sealed partial class JournalJson : JsonSerializerContext;
