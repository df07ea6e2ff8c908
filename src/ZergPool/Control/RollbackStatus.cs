using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="Release">The one that was replaced, and can be gone back to.</param>
/// <param name="Standby">Its zerglings that wait; none of a launcher, whose workers have to be started again.</param>
/// <param name="Until">When they leave.</param>
/// <param name="Crashes">Workers of the new release that have died since.</param>
/// <param name="Pool">Which of several pools it is in, by its path.</param>
internal sealed record RollbackStatus(
    string Release, IReadOnlyList<int> Standby, DateTimeOffset Until, int Crashes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pool)
{
    /// <summary>Which of the two ways back it is, in words.</summary>
    [JsonIgnore]
    public string How => Standby.Count > 0 ? "it waits in standby" : "it has to start again";
}
