using ZergPool.Deploying;

namespace ZergPool.Recovering;

/// <summary>A launcher that the pool started, for the pool that comes after a crash.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Workload">What it runs.</param>
/// <param name="Pid">Its process, 0 while it had none.</param>
/// <param name="Started">When that process started, in the kernel's words; see proc_pid_stat(5).</param>
/// <param name="IsOver">Whether it has left, and is kept for the way back to it alone.</param>
/// <param name="HasServed">Whether it has ever accepted: only that is started again, or gone back to.</param>
internal sealed record RecordedDeployment(
    int Id, Workload Workload, int Pid, ulong Started, bool IsOver = false, bool HasServed = true);
