namespace Zergling;

/// <summary>What the launcher tells <c>zergling exec</c>; nothing of it reaches the worker.</summary>
internal static class ExecVariables
{
    public const string Prefix = "ZERG_EXEC_";

    /// <summary>The soft RLIMIT_NOFILE to set.</summary>
    public const string FileLimit = Prefix + "NOFILE";

    /// <summary>The descriptor to be closed by the exec: its end tells the launcher that the command runs.</summary>
    public const string Started = Prefix + "STARTED_FD";
}
