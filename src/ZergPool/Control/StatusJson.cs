using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <summary>The serializer of <c>zergpool status --json</c>: the same names, for people and programs to read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
