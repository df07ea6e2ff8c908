using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="Name">Unique in the pool.</param>
/// <param name="Address">Canonical text.</param>
/// <param name="Protocol">http, uwsgi or any.</param>
/// <param name="Queued">Connections waiting to be accepted; null where the kernel does not tell.</param>
/// <param name="Backlog">The most that may wait.</param>
/// <param name="State">
/// held; adopted while another server listens on it as well; missing while another process has to give it back; unlinked
/// when its path leads to it no more; leaving when a reload removed it.
/// </param>
/// <param name="Pool">Which pools of several pass it on, by their paths.</param>
internal sealed record SocketStatus(
    string Name, string Address, string Protocol, int? Queued, int? Backlog, string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pool);
