using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// A file descriptor that close(2) alone ends. Never shutdown(2), never a socket option: the open file description
/// behind a listening socket is shared with other processes, and whatever is done to it is done to all of them.
/// </summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor(int fd)
        : base(ownsHandle: true)
    {
        SetHandle(fd);
    }

    /// <summary>The number, for a call made while the caller keeps this object alive.</summary>
    public int Number => (int)DangerousGetHandle();

    /// <summary>Duplicates a descriptor with FD_CLOEXEC set, at or above <paramref name="lowest"/>.</summary>
    public static FileDescriptor Duplicate(SafeHandle handle, int lowest = 3)
    {
        var borrowed = false;
        try
        {
            handle.DangerousAddRef(ref borrowed);
            return new FileDescriptor(SyscallException.Check(
                Libc.fcntl((int)handle.DangerousGetHandle(), Libc.F_DUPFD_CLOEXEC, lowest), "fcntl F_DUPFD_CLOEXEC"));
        }
        finally
        {
            if (borrowed)
                handle.DangerousRelease();
        }
    }

    /// <summary>Another descriptor for the same open file description.</summary>
    public FileDescriptor Duplicate(int lowest = 3) => Duplicate(this, lowest);

    /// <summary>The inode number: one a socket, whoever holds a descriptor of it.</summary>
    public ulong Inode
    {
        get
        {
            SyscallException.Check(Syscall.fstat(Number, out var status), "fstat");
            return status.st_ino;
        }
    }

    /// <summary>Gives the number away: whoever takes it closes it.</summary>
    public int Release()
    {
        var number = Number;
        SetHandleAsInvalid();
        return number;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Syscall.close((int)handle) == 0;
}
