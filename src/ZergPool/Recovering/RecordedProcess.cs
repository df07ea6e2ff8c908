namespace ZergPool.Recovering;

/// <param name="Pid">Its number.</param>
/// <param name="Started">When it started, in the kernel's words: what tells it from a later one of that number.</param>
internal sealed record RecordedProcess(int Pid, ulong Started);
