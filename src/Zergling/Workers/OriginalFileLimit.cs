using System.Runtime.CompilerServices;
using Zerg.Posix;

namespace Zergling.Workers;

/// <summary>The soft RLIMIT_NOFILE that this program was started with, for its workers to have.</summary>
internal static class OriginalFileLimit
{
    // Programs that use select(2) break above it, which is why service managers leave the soft limit there.
    private const ulong Customary = 1024;

    /// <summary>
    /// A native program still has it. The JIT's runtime has raised it to the hard limit before any code of ours: then
    /// the parent's limit is as good as sure where its hard limit is ours too, and else the customary one is taken.
    /// </summary>
    public static ulong Read()
    {
        var (soft, hard) = FileLimit.Current;
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return soft;
        var parent = ProcessTable.Parent(Environment.ProcessId) is var pid and > 1 ? FileLimit.Of(pid) : null;
        return parent?.Hard == hard ? parent.Value.Soft : Math.Min(Customary, hard);
    }
}
