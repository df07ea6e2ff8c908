using System.Runtime.InteropServices;
using System.Text;

namespace Zerg.Posix;

/// <summary>Replaces the program of this process, see exec(3).</summary>
internal static unsafe class Exec
{
    /// <summary>Executes a command, looked up in PATH unless it has a slash. Returns only when that failed.</summary>
    /// <returns>The error number.</returns>
    public static int Replace(IReadOnlyList<string> command, EnvironmentBlock environment)
    {
        using var arguments = new NativeStrings(command);
        using var variables = new NativeStrings(environment.Entries);
        fixed (byte* file = Encoding.UTF8.GetBytes(command[0] + '\0'))
            _ = Libc.execvpe(file, arguments.Pointer, variables.Pointer);
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// SIGPIPE at its default. The kernel resets caught signals at exec and keeps ignored ones, of which the runtime
    /// has this one; a program that expects to die of it would spin on EPIPE instead.
    /// </summary>
    public static void ResetSignals() => Libc.signal(Signals.SIGPIPE, Libc.SIG_DFL);

    /// <summary>
    /// Removes the diagnostics sockets of this process from the temporary directory: the runtime leaves them behind
    /// at exec, and a .NET program in the same process (same id, same start time) could not bind its own.
    /// </summary>
    public static void RemoveDiagnosticsSockets()
    {
        try
        {
            foreach (var pattern in (string[])["dotnet-diagnostic-", "clr-debug-pipe-"])
            {
                foreach (var path in Directory.EnumerateFiles(Path.GetTempPath(), $"{pattern}{Environment.ProcessId}-*"))
                    File.Delete(path);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // They are those of the user that this process was: the next program goes without diagnostics.
        }
    }
}
