using Mono.Unix.Native;
using Zerg.Posix;

namespace ZergPool.Roster;

/// <summary>The one way to tell a real uWSGI something: a character into its master FIFO (option master-fifo).</summary>
internal static class MasterFifo
{
    /// <summary>Writes a command into that one of the FIFOs which this process reads.</summary>
    /// <returns>False when it reads none of them, or when it cannot be told which of several.</returns>
    public static unsafe bool Write(IReadOnlyList<string> paths, int pid, char command)
    {
        if (Find(paths, pid) is not { } path)
            return false;

        // Non-blocking: without a reader open(2) fails with ENXIO instead of waiting for one.
        var number = Syscall.open(path, OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC);
        if (number < 0)
            return false;
        using var fifo = new FileDescriptor(number);
        var character = (byte)command;
        return Syscall.write(number, &character, 1) == 1;
    }

    private static string? Find(IReadOnlyList<string> paths, int pid)
    {
        try
        {
            var open = new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos()
                .Select(file => file.LinkTarget).ToHashSet();
            return paths.FirstOrDefault(open.Contains);
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            // Another user's process: only a single FIFO leaves no doubt.
            return paths.Count == 1 ? paths[0] : null;
        }
    }
}
