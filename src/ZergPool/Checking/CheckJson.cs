using System.Text.Json.Serialization;

namespace ZergPool.Checking;

/// <summary>Serializer of <c>check --json</c>, generated at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(CheckDocument))]
internal sealed partial class CheckJson : JsonSerializerContext;
