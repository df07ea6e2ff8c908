namespace ZergPool.Upgrading;

/// <param name="Pid">Of a watched process.</param>
/// <param name="Descriptor">Its pidfd.</param>
internal sealed record ProcessState(int Pid, int Descriptor);
