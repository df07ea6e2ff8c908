using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>A directory that root makes for another user.</summary>
internal static class NewDirectory
{
    /// <summary>Makes it, where the one above it is there; else it is not made.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="mode">Permission bits, less the umask.</param>
    /// <param name="uid">Its owner, or null to leave it.</param>
    /// <param name="gid">Its group, or null to leave it.</param>
    /// <exception cref="SyscallException">EPERM where another user leads root elsewhere.</exception>
    public static void Make(string path, FilePermissions mode, uint? uid, uint? gid)
    {
        using var place = Place(path);
        if (place?.MakeDirectory(mode) != true || uid is null)
            return;

        // A user who may write in the directory above may have put another one there meanwhile: one in which nothing is
        // gives away nothing.
        using var made = place.Open(OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        SyscallException.Check(Syscall.fstat(made.Number, out var status), "fstat", path);
        if (status.st_uid != Syscall.geteuid() || Directory.EnumerateFileSystemEntries($"/proc/self/fd/{made.Number}/").Any())
            throw new SyscallException("mkdir", path, Errno.EPERM, ", the directory was replaced meanwhile");
        SyscallException.Check(Syscall.fchown(made.Number, uid.Value, gid ?? uint.MaxValue), "chown", path);
    }

    private static FilePlace? Place(string path)
    {
        try
        {
            return FilePlace.Of(path);
        }
        catch (SyscallException problem) when (problem.Errno != Errno.EPERM)
        {
            // What is then opened there says what is missing.
            return null;
        }
    }
}
