using Mono.Unix.Native;
using Zerg.Posix;

namespace Zerg.Tests.Harness;

/// <summary>Processes and all that came of them, ended together.</summary>
internal static class ProcessTree
{
    /// <summary>The variable that a test's children and theirs know their directory by.</summary>
    public const string Mark = "TMPDIR";

    // What was killed goes as soon as the kernel comes to it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Kills processes with everybody who descends from them, and waits until they are gone.</summary>
    /// <param name="roots">Who was started.</param>
    /// <param name="directory">Has those ended as well that were left behind by somebody: they bear it as mark.</param>
    public static void End(IEnumerable<int> roots, string? directory = null)
    {
        var known = new Dictionary<int, ProcessHandle>();
        var asked = roots.ToHashSet();

        // Stopped before they are killed: a master that lives starts a worker anew for each one that is gone.
        List<int> fresh;
        do
        {
            fresh = ProcFiles.All().Where(pid => !known.ContainsKey(pid) && pid != Environment.ProcessId)
                .Where(IsMeant).Where(ProcFiles.IsAlive).ToList();
            foreach (var pid in fresh)
            {
                if (ProcessHandle.Open(pid, IsMeant) is not { } handle)
                    continue;
                known[pid] = handle;
                handle.Signal(Signals.SIGSTOP);
            }
        }
        while (fresh.Count > 0);

        bool IsMeant(int pid) => ProcessTable.Ancestry(pid).Any(one => asked.Contains(one) || known.ContainsKey(one))
            || (directory is not null && IsMarked(pid, directory));

        foreach (var handle in known.Values)
            handle.Signal(Signals.SIGKILL);
        foreach (var handle in known.Values)
        {
            var polled = new[] { new Pollfd { fd = handle.Descriptor.Number, events = PollEvents.POLLIN } };
            _ = Syscall.poll(polled, (int)s_patience.TotalMilliseconds);
            handle.Dispose();
        }
    }

    private static bool IsMarked(int pid, string directory)
    {
        try
        {
            return ProcFiles.Variable(pid, Mark) == directory;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
