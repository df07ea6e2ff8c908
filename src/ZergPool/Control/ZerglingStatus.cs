using System.Text.Json.Serialization;
using Zerg;

namespace ZergPool.Control;

/// <param name="Id">Grows with each attach.</param>
/// <param name="Pid">0 in another pid namespace.</param>
/// <param name="Uid">The user it attached as.</param>
/// <param name="Kind">launcher, app or uwsgi.</param>
/// <param name="Name">Its own name for itself.</param>
/// <param name="App">What it runs, for people.</param>
/// <param name="Release">The label of its code; null for a uWSGI.</param>
/// <param name="Generation">0 before it serves.</param>
/// <param name="Mode">auto, replace, join or standby.</param>
/// <param name="State">starting, ready, standby, accepting, paused, draining, orphaned, unknown or failed.</param>
/// <param name="Since">Since when it is in that state.</param>
/// <param name="Until">When the pool's patience with that state ends; null where it has no end.</param>
/// <param name="Attached">When it attached.</param>
/// <param name="Ready">When it became ready; null before that.</param>
/// <param name="Served">When it last entered service; null before that.</param>
/// <param name="Connections">Open connections; null when unknown.</param>
/// <param name="Requests">Requests in flight; null when unknown.</param>
/// <param name="Workers">Process ids of its workers.</param>
/// <param name="Pool">Which of several pools it attached to, by its path.</param>
internal sealed record ZerglingStatus(
    int Id, int Pid, uint Uid, string Kind, string Name, string App, string? Release, int Generation, string Mode,
    string State, DateTimeOffset Since, DateTimeOffset? Until, DateTimeOffset Attached, DateTimeOffset? Ready,
    DateTimeOffset? Served, int? Connections, int? Requests, IReadOnlyList<int> Workers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pool)
{
    /// <summary>What it still waits for while it drains; null when nobody can tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OpenConnections? Open { get; init; }

    /// <summary>The last line that a worker of it wrote, before it is ready.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Said { get; init; }
}
