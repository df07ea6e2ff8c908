namespace ZergPool.Recovering;

/// <summary>A uWSGI without a session: the next pool may signal this very process, and no other that holds its sockets.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Started">When it started, in the kernel's words; see proc_pid_stat(5).</param>
/// <param name="Uid">The user who attached.</param>
internal sealed record RecordedUwsgi(int Pid, ulong Started, uint Uid);
