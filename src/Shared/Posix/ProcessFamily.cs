namespace Zerg.Posix;

/// <summary>Who belongs to a process: its group, and its descendants.</summary>
internal static class ProcessFamily
{
    // Chains of parents are short; a longer one is a race with ids being used again.
    private const int MaxDepth = 64;

    /// <summary>
    /// Opens all that descends from a process. From the top down, each after its parent: a parent that still runs when its
    /// child has been looked at had its number all the time.
    /// </summary>
    /// <param name="ancestor">An open process; of one that has ended nothing descends any more.</param>
    /// <returns>The descendants without the process itself, for the caller to dispose.</returns>
    public static IReadOnlyList<ProcessHandle> Open(ProcessHandle ancestor)
    {
        var family = new List<ProcessHandle>();
        var children = ProcessTable.All().ToLookup(ProcessTable.Parent);
        var parents = new Queue<ProcessHandle>([ancestor]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in children[parent.Pid])
            {
                if (ProcessHandle.Open(child, pid => ProcessTable.Parent(pid) == parent.Pid && parent.IsAlive) is not { } opened)
                    continue;
                family.Add(opened);
                parents.Enqueue(opened);
            }
        }

        return family;
    }

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
