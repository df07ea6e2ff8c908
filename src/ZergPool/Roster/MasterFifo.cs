using Mono.Unix.Native;
using Zerg.Posix;

namespace ZergPool.Roster;

/// <summary>
/// The one way to tell a real uWSGI something: a character into its master FIFO (option master-fifo). Its directory is
/// often its own, so what is there is a claim of its: nothing is written but into a FIFO that its process reads.
/// </summary>
internal static class MasterFifo
{
    /// <summary>Writes a command into that one of the FIFOs which this process reads.</summary>
    /// <param name="paths">Where FIFOs may be.</param>
    /// <param name="process">Held since it attached, so that its number means no other process.</param>
    /// <param name="peerUid">Whose it was when it attached.</param>
    /// <param name="command">The character.</param>
    /// <param name="refusal">What is the matter with a path, when nothing was written because of it; else null.</param>
    /// <returns>False when it reads none of them, or when it cannot be told which of several.</returns>
    public static bool Write(
        IReadOnlyList<string> paths, ProcessHandle process, uint peerUid, char command, out string? refusal)
    {
        refusal = null;
        foreach (var path in paths)
        {
            using var fifo = ReadFifo.Find(path, out var why);
            if (fifo is not null && IsFor(process.Pid, fifo, isOnly: paths.Count == 1))
            {
                why = fifo.IsOwnedBy(peerUid, UidOf(process.Pid)) ? null
                    : $"belongs to uid {fifo.Owner}, and not to root, this user or the user of pid {process.Pid}";

                // Looked at after its files: they were those of the process that attached.
                if (why is null)
                    return process.IsAlive && fifo.Write(command);
            }

            if (why is not null)
                refusal = $"legacy-fifo '{path}' {why}";
        }

        return false;
    }

    // Of another user's process this one may not see the files, and only a single FIFO leaves no doubt. What can be
    // written then is what this user may write anyhow, and nothing but a FIFO.
    private static bool IsFor(int pid, ReadFifo fifo, bool isOnly) => fifo.IsReadBy(pid) ?? isOnly;

    private static uint UidOf(int pid) => Syscall.stat($"/proc/{pid}", out var status) == 0 ? status.st_uid : 0;
}
