namespace ZergPool.Top;

/// <param name="Memory">Bytes, what processes share counted once where the kernel tells.</param>
/// <param name="Cpu">Percent of one processor.</param>
internal sealed record ProcessUsage(long Memory, double Cpu);
