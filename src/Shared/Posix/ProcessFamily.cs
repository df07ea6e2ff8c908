namespace Zerg.Posix;

/// <summary>Who belongs to a process: its group, and its descendants.</summary>
internal static class ProcessFamily
{
    // Chains of parents are short; a longer one is a race with ids being used again.
    private const int MaxDepth = 64;

    /// <summary>
    /// Whether a process is <paramref name="ancestor"/>, in its process group, or descends from it; null when there
    /// is no such process any more, or it lives in another pid namespace.
    /// </summary>
    public static bool? Contains(int ancestor, int pid)
    {
        if (pid == ancestor)
            return true;
        if (pid <= 0)
            return null;
        var group = Libc.getpgid(pid);
        if (group < 0)
            return null;
        if (group == ancestor)
            return true;

        for (var depth = 0; depth < MaxDepth && pid > 1; depth++)
        {
            pid = ProcessTable.Parent(pid);
            if (pid == ancestor)
                return true;
        }

        return false;
    }
}
