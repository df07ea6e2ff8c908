using System.Diagnostics;

namespace Zerg.Tests.Harness;

/// <summary>Programs that a test writes itself.</summary>
internal static class Executable
{
    // A child of another test that is forked while a file is written has it open until it executes its own program, and
    // for that long nobody can execute the file (ETXTBSY). Start returns when the child has done so.
    private static readonly Lock s_forks = new();

    /// <summary>Writes a file that anybody may execute at once.</summary>
    public static void Write(string path, string text)
    {
        lock (s_forks)
            File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }

    /// <summary>Starts a child, at no time when a program is written.</summary>
    public static void Start(Process process)
    {
        lock (s_forks)
            process.Start();
    }
}
