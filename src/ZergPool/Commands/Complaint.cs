namespace ZergPool.Commands;

/// <summary>Errors: one line on stderr, with the program's name before it.</summary>
internal static class Complaint
{
    /// <summary>Writes the line.</summary>
    public static void Write(string message) => Console.Error.WriteLine($"zergpool: {message}");

    /// <summary>Writes the line and hands back the status to exit with.</summary>
    public static int Write(string message, int exitCode)
    {
        Write(message);
        return exitCode;
    }
}
