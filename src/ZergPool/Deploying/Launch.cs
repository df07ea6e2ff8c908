using Zerg.Posix;

namespace ZergPool.Deploying;

/// <summary>How a launcher is started.</summary>
/// <param name="Program">The file to execute.</param>
/// <param name="Arguments">argv, its first entry included.</param>
/// <param name="Directory">The working directory; null for the pool's own.</param>
/// <param name="Environment">All of it.</param>
internal sealed record Launch(
    string Program, IReadOnlyList<string> Arguments, string? Directory, EnvironmentBlock Environment)
{
    /// <summary>How a process that runs was started; null when this user may not know.</summary>
    /// <param name="process">Alive after everything was read, so that all of it is of this very process.</param>
    /// <param name="uid">Whose it has to be still: one that became another user's since it attached says nothing.</param>
    public static Launch? Of(ProcessHandle process, uint uid)
        => Read(process.Pid) is { } launch && ProcessUsers.Of(process.Pid) is { } users && users.Real == uid && users.Effective == uid
            && process.IsAlive ? launch : null;

    private static Launch? Read(int pid)
    {
        const string Deleted = " (deleted)";
        try
        {
            var program = new FileInfo($"/proc/{pid}/exe").LinkTarget;
            var directory = new FileInfo($"/proc/{pid}/cwd").LinkTarget;
            string[] arguments = File.ReadAllText($"/proc/{pid}/cmdline").TrimEnd('\0').Split('\0');
            if (program is null || directory is null || arguments[0].Length == 0)
                return null;

            // What was replaced since is started as it is now.
            if (program.EndsWith(Deleted, StringComparison.Ordinal))
                program = program[..^Deleted.Length];
            return new Launch(program, arguments, directory, EnvironmentBlock.OfProcess(pid));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
