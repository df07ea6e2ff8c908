namespace ZergPool.Recovering;

/// <param name="Asked">The address as the configuration says it.</param>
/// <param name="Actual">Where it listens: a port 0 has become a real one.</param>
/// <param name="Inode">The socket itself; a process that holds this one holds the pool's.</param>
internal sealed record RecordedSocket(string Asked, string Actual, ulong Inode);
