using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="Name">What is limited.</param>
/// <param name="Used">How much of it there is now; null where that is not counted.</param>
/// <param name="Most">How much there may be.</param>
/// <param name="Option">What changes the limit; null for one that is fixed.</param>
internal sealed record LimitStatus(
    string Name, long? Used, long Most,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Option = null);
