using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="Release">The one that was replaced, and can be gone back to unless there is a reason why not.</param>
/// <param name="Standby">Its zerglings that wait; none of a launcher, whose workers have to be started again.</param>
/// <param name="Until">When they leave.</param>
/// <param name="Crashes">Workers of the new release that have died since.</param>
/// <param name="Pool">Which of several pools it is in, by its path.</param>
/// <param name="WhyNot">Why it cannot be gone back to; null when it can.</param>
internal sealed record RollbackStatus(
    string Release, IReadOnlyList<int> Standby, DateTimeOffset Until, int Crashes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pool,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? WhyNot = null)
{
    /// <summary>For how long it is possible, and in which of the two ways, or why it is not.</summary>
    public string Describe(DateTimeOffset now) => WhyNot is not null ? $"not possible: {WhyNot}"
        : $"possible for {StatusTable.Age(Until - now)} more: "
        + (Standby.Count > 0 ? "it waits in standby" : "it has to start again");
}
