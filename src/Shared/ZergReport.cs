namespace Zerg;

/// <summary>What a zergling tells its pool about itself.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Connections">Open connections; null when unknown.</param>
/// <param name="Requests">Requests in flight; null when unknown.</param>
/// <param name="Workers">Process ids of its workers.</param>
/// <param name="Crashes">Workers that have ended though nobody had told them to, since its start.</param>
/// <param name="Target">Workers that it is to have now; 0 from who takes no <see cref="ZergOrder.Scale"/>.</param>
/// <param name="Ready">Workers that are ready and not leaving.</param>
/// <param name="Responses">What it has answered since its start; null when unknown.</param>
public sealed record ZergReport(
    ZerglingState State, int? Connections = null, int? Requests = null, IReadOnlyList<int>? Workers = null,
    int Crashes = 0, int Target = 0, int Ready = 0, ZergResponses? Responses = null)
{
    /// <summary>What it still waits for while it drains; null when unknown.</summary>
    public OpenConnections? Open { get; init; }

    /// <summary>The last line that one of its workers wrote while it starts; null for none.</summary>
    public string? Said { get; init; }
}
