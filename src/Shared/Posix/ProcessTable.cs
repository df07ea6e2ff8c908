namespace Zerg.Posix;

/// <summary>Parents of processes and their ends, from /proc/PID/stat: proc(5).</summary>
internal static class ProcessTable
{
    // PF_EXITING of the kernel's include/linux/sched.h.
    private const uint Exiting = 4;

    /// <summary>The parent's process id, 0 when there is none or the process is gone.</summary>
    public static int Parent(int pid) => Fields(pid) is { } fields
        ? int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture)
        : 0;

    /// <summary>Whether a process is ending or gone; it may have descriptors still that it has not come to close.</summary>
    public static bool IsExiting(int pid) => Fields(pid) is not { } fields
        || (uint.Parse(fields[6], System.Globalization.CultureInfo.InvariantCulture) & Exiting) != 0;

    /// <summary>The process, its parent, and so on up to the first of all.</summary>
    public static IEnumerable<int> Ancestry(int pid)
    {
        // Bounded: a pid that is used again meanwhile could close a circle.
        for (var steps = 0; pid > 0 && steps < 64; steps++)
        {
            yield return pid;
            pid = Parent(pid);
        }
    }

    // "pid (comm) state ppid pgrp session tty tpgid flags ...": the name may hold blanks and brackets, so these are
    // the fields from the state on.
    private static string[]? Fields(int pid)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }
}
