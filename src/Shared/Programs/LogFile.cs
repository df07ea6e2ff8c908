using Mono.Unix.Native;
using Zerg.Posix;

namespace Zerg.Programs;

/// <summary>The log file of a program that starts as root and writes it as somebody else.</summary>
internal static class LogFile
{
    /// <summary>Creates the file if need be and gives it to the user that will write it.</summary>
    /// <exception cref="SyscallException">It cannot be opened for appending.</exception>
    public static void Prepare(string path, uint? uid, uint? gid)
    {
        var number = Syscall.open(
            path, OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_CREAT | OpenFlags.O_CLOEXEC,
            FilePermissions.S_IRUSR | FilePermissions.S_IWUSR | FilePermissions.S_IRGRP);
        using var file = new FileDescriptor(SyscallException.Check(number, "open", path));
        if (Privileges.IsRoot && (uid ?? gid) is not null)
        {
            SyscallException.Check(
                Syscall.fchown(number, uid ?? uint.MaxValue, gid ?? uint.MaxValue), "chown", path);
        }
    }
}
