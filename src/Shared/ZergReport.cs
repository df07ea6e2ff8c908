namespace Zerg;

/// <summary>What a zergling tells its pool about itself.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Connections">Open connections; null when unknown.</param>
/// <param name="Requests">Requests in flight; null when unknown.</param>
/// <param name="Workers">Process ids of its workers.</param>
/// <param name="Crashes">Workers that have ended though nobody had told them to, since its start.</param>
public sealed record ZergReport(
    ZerglingState State, int? Connections = null, int? Requests = null, IReadOnlyList<int>? Workers = null,
    int Crashes = 0)
{
    /// <summary>What it still waits for while it drains; null when unknown.</summary>
    public OpenConnections? Open { get; init; }

    /// <summary>The last line that one of its workers wrote while it starts; null for none.</summary>
    public string? Said { get; init; }
}
