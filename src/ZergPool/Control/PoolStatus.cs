namespace ZergPool.Control;

internal sealed record PoolStatus(
    int Pid, string Version, DateTimeOffset Started, uint Uid, uint Gid, int Generation, IReadOnlyList<string> Paths);
