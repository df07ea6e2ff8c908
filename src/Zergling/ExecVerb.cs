using System.Globalization;
using System.Runtime.CompilerServices;
using Zerg;
using Zerg.Posix;

namespace Zergling;

/// <summary>
/// <c>zergling exec -- COMMAND ARGS</c>: the last step of starting a worker, in the process that becomes it. Only
/// there can LISTEN_PID be known, and only a program of ours undoes what the runtime did to signals and limits; a
/// shell in between would drop variables whose names are no shell names.
/// </summary>
internal static class ExecVerb
{
    public const string Verb = "exec";

    private const int NotExecutable = 126;
    private const int NotFound = 127;

    /// <summary>Returns only when the command cannot be executed.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not ["--", { Length: > 0 }, ..])
            return Fail("expected: zergling exec -- COMMAND ARGS", ExitCodes.Usage);

        var environment = EnvironmentBlock.OfThisProcess();
        var started = environment.Get(ExecVariables.Started);
        var limit = environment.Get(ExecVariables.FileLimit);
        environment.RemovePrefix(ExecVariables.Prefix);
        environment.Set("LISTEN_PID", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        try
        {
            if (limit is not null)
                FileLimit.SetSoft(ulong.Parse(limit, CultureInfo.InvariantCulture));
            if (started is not null)
                CloseOnExec(int.Parse(started, CultureInfo.InvariantCulture));
        }
        catch (SyscallException problem)
        {
            return Fail(problem.Message, ExitCodes.System);
        }

        if (RuntimeFeature.IsDynamicCodeCompiled)
            Exec.RemoveDiagnosticsSockets();
        Exec.ResetSignals();
        string[] command = arguments[1..].ToArray();
        var error = Exec.Replace(command, environment);
        return Fail(
            $"exec {command[0]}: {SyscallException.Describe(error)}", error == Errno.ENOENT ? NotFound : NotExecutable);
    }

    private static void CloseOnExec(int descriptor)
        => SyscallException.Check(Libc.fcntl(descriptor, Libc.F_SETFD, Libc.FD_CLOEXEC), "fcntl F_SETFD");

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"zergling: {message}");
        return exitCode;
    }
}
