using System.Text.Json;
using System.Text.Json.Serialization;
using Zerg;
using ZergPool.Handover;

namespace ZergPool.Recovering;

/// <summary>What a pool leaves in PATH.lock for the one that comes after a crash.</summary>
/// <param name="Generation">The generation that served.</param>
/// <param name="Release">Its release; null when it had none.</param>
/// <param name="LastId">The highest id that a zergling had.</param>
/// <param name="Sockets">What it held.</param>
/// <param name="Deployments">The launchers that it had started.</param>
/// <param name="Exchange">How far workers had been exchanged one by one; null when that was not under way.</param>
/// <param name="Window">What could be gone back to; null for nothing.</param>
/// <param name="GoesBack">What was gone back to and had to start again first; null for nothing.</param>
/// <param name="Formers">The processes of servers that sockets were adopted from; null for none.</param>
/// <param name="Uwsgis">Those without a session that it knew; null for none.</param>
internal sealed record PoolRecord(
    int Generation, string? Release, int LastId, IReadOnlyList<RecordedSocket> Sockets,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RollbackWindow? Window = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<RecordedDeployment>? Deployments = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CurrentHandover? Exchange = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] GoingBack? GoesBack = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<RecordedProcess>? Formers = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<RecordedUwsgi>? Uwsgis = null)
{
    /// <summary>
    /// Reads one; null when there is none, or when it is none that a pool may have written: the pool then knows what
    /// zerglings tell.
    /// </summary>
    /// <param name="text">What is there; empty for nothing.</param>
    /// <param name="problem">Why it is not believed, in one line; null when it is, or when there is none.</param>
    public static PoolRecord? Parse(string text, out string? problem)
    {
        problem = null;
        if (text.Length == 0)
            return null;
        try
        {
            var record = JsonSerializer.Deserialize(text, RecoveringJson.Default.PoolRecord);
            problem = record is null ? "it is null" : RecordCheck.WhyNot(record);
            return problem is null ? record : null;
        }
        catch (JsonException unreadable)
        {
            // Of another version, or cut short.
            problem = OneLine.Of(unreadable.Message, MaxReason);
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => JsonSerializer.Serialize(this, RecoveringJson.Default.PoolRecord) + "\n";

    private const int MaxReason = 200;
}
