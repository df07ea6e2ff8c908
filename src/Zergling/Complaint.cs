using Zerg.Programs;

namespace Zergling;

/// <summary>Errors: one line on stderr, and for a pool that started this program and waits for it.</summary>
internal static class Complaint
{
    /// <summary>Writes the line.</summary>
    public static void Write(string message)
    {
        Console.Error.WriteLine($"zergling: {message}");
        ComplaintFile.Write(message);
    }
}
