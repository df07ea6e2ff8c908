using System.Diagnostics.CodeAnalysis;
using Zerg;

namespace Zergling.AspNetCore;

/// <summary>
/// The end of a process that cannot be a zergling: one line for the operator, and the status that says why. At once,
/// since an exception would be logged with its stack on its way through the host, and an app may catch it.
/// </summary>
internal static class Refusal
{
    [DoesNotReturn]
    public static void Exit(string application, ZergException problem)
    {
        Console.Error.WriteLine($"{application}: {problem.Message}");
        Environment.Exit(problem.ExitCode);
        throw problem;
    }
}
