using System.Text.Json.Serialization;
using ZergPool.Upgrading;

namespace ZergPool.Recovering;

/// <param name="Asked">The address as the configuration says it.</param>
/// <param name="Actual">Where it listens: a port 0 has become a real one.</param>
/// <param name="Inode">The socket itself; a process that holds this one holds the pool's.</param>
/// <param name="AdoptedFrom">The server that it was adopted from and that listens on it as well; null for nobody.</param>
/// <param name="Spare">Its file, while that has a second name; null when it has none.</param>
/// <param name="Network">The network namespace of the socket where it is not the one of the pool; null for that.</param>
internal sealed record RecordedSocket(
    string Asked, string Actual, ulong Inode,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AdoptedFrom = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FileState? Spare = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ulong? Network = null);
