using Zerg.Programs;

namespace Zergling;

/// <summary>Errors: one line on stderr, and for a pool that started this program and waits for it.</summary>
internal static class Complaint
{
    /// <summary>Writes the line.</summary>
    public static void Write(string message)
    {
        Warn(message);
        ComplaintFile.Write(message);
    }

    /// <summary>Writes a line on stderr alone: it goes on all the same.</summary>
    public static void Warn(string message) => Console.Error.WriteLine($"zergling: {message}");
}
