using System.Runtime.InteropServices;
using Mono.Unix.Native;
using Zerg.Posix;
using Errno = Zerg.Posix.Errno;

namespace Zerg.Programs;

/// <summary>The log file of a program that may start as root and write it as somebody else.</summary>
internal static unsafe class LogFile
{
    /// <summary>Its owner writes it, the group reads it.</summary>
    public const FilePermissions Mode
        = FilePermissions.S_IRUSR | FilePermissions.S_IWUSR | FilePermissions.S_IRGRP;

    /// <summary>As root: creates the file for the user that will write it; one that is there stays as it is.</summary>
    /// <exception cref="SyscallException">It cannot be created.</exception>
    public static void CreateFor(string path, uint uid, uint gid)
    {
        // That user may own a directory on the way, and must lead root nowhere: no link is followed, and nothing
        // changes its owner but what is created here.
        var flags = NativeConvert.FromOpenFlags(
            OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_CLOEXEC);
        var how = stackalloc ulong[] { (ulong)flags, (ulong)Mode, Libc.RESOLVE_NO_SYMLINKS };
        var number = (int)Libc.openat2(Libc.SYS_openat2, Libc.AT_FDCWD, path, how, 3 * sizeof(ulong));
        if (number < 0)
        {
            // What is there, lies behind a link, or comes to a kernel before 5.6, is that user's to open.
            if (Marshal.GetLastPInvokeError() is Errno.EEXIST or Errno.ELOOP or Errno.ENOSYS or Errno.EPERM)
                return;
            throw SyscallException.Last("open", path);
        }

        using var file = new FileDescriptor(number);
        SyscallException.Check(Syscall.fchown(number, uid, gid), "chown", path);
    }

    /// <summary>Makes sure that the file can be written, and creates it if need be.</summary>
    /// <exception cref="SyscallException">It cannot be opened for appending.</exception>
    public static void Prepare(string path) => OpenForAppending(path, OpenFlags.O_CREAT).Dispose();

    /// <summary>Opens the file; root follows no link to another one, and nobody waits for the reader of a FIFO.</summary>
    /// <exception cref="SyscallException">It cannot be opened for appending.</exception>
    public static FileDescriptor OpenForAppending(string path, OpenFlags more = 0)
    {
        var flags = OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK | more;
        return Privileges.IsRoot ? OpenAsRoot(path, flags)
            : new FileDescriptor(SyscallException.Check(Syscall.open(path, flags, Mode), "open", path));
    }

    private static FileDescriptor OpenAsRoot(string path, OpenFlags flags)
    {
        using var place = FilePlace.Of(path);
        var file = place.Open(flags, Mode);
        SyscallException.Check(Syscall.fstat(file.Number, out var status), "fstat", path);
        if (status.st_nlink <= 1)
            return file;
        file.Dispose();
        throw new SyscallException("open", path, Errno.EPERM, ", it has another name (hard link)");
    }
}
