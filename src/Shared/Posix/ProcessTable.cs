namespace Zerg.Posix;

/// <summary>Parents of processes, from /proc/PID/stat: proc(5).</summary>
internal static class ProcessTable
{
    /// <summary>The parent's process id, 0 when there is none or the process is gone.</summary>
    public static int Parent(int pid)
    {
        try
        {
            // "pid (comm) state ppid ...": the name may hold blanks and brackets, so count from its end.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return 0;
        }
    }

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
}
