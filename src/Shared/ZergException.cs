namespace Zerg;

/// <summary>Attaching to a pool, or obeying it, is not possible; the message is one line for an operator.</summary>
public sealed class ZergException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line.</param>
    /// <param name="exitCode">The status a program should exit with, one of sysexits.h.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public ZergException(string message, int exitCode, Exception? inner = null)
        : base(message, inner)
    {
        ExitCode = exitCode;
    }

    /// <summary>The status a program should exit with: 69 unreachable, 75 refused for now, 77 not permitted.</summary>
    public int ExitCode { get; }

    /// <summary>There is a pool, and one side decided against it: no accident that passes by itself.</summary>
    internal bool IsRefusal { get; init; }
}
