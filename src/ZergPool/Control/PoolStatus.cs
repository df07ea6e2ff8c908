namespace ZergPool.Control;

/// <param name="Pid">The process.</param>
/// <param name="Version">Of the program that runs now.</param>
/// <param name="Started">When the pool started.</param>
/// <param name="Upgraded">When the program that runs now took over; the same as Started before the first upgrade.</param>
/// <param name="Uid">The user it runs as.</param>
/// <param name="Gid">The group it runs as.</param>
/// <param name="Generation">The highest one of its pools.</param>
/// <param name="Paths">Where zerglings attach.</param>
internal sealed record PoolStatus(
    int Pid, string Version, DateTimeOffset Started, DateTimeOffset Upgraded, uint Uid, uint Gid, int Generation, IReadOnlyList<string> Paths);
