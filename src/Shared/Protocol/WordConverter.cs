using System.Text.Json.Serialization;

namespace Zerg.Protocol;

/// <summary>An enum in a frame is written in words: a number, which may be none of its values, is no frame.</summary>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
