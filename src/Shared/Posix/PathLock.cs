using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// Decides which of several processes serves a UNIX path: flock(2) on PATH.lock. The kernel lets go of it when the
/// process ends; the file is never unlinked, since a lock on an unlinked file decides nothing.
/// </summary>
internal static unsafe class PathLock
{
    /// <summary>Takes the lock of a path, or returns null and the pid that has it.</summary>
    /// <exception cref="SyscallException">The lock file cannot be opened.</exception>
    public static FileDescriptor? TryAcquire(string path, out string holder)
    {
        var file = path + ".lock";
        var number = Syscall.open(
            file, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_CLOEXEC | OpenFlags.O_NOFOLLOW,
            FilePermissions.S_IRUSR | FilePermissions.S_IWUSR);
        var descriptor = new FileDescriptor(SyscallException.Check(number, "open", file));
        var text = stackalloc byte[32];
        if (Libc.flock(number, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
        {
            holder = "";
            var own = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,-10}\n"));
            fixed (byte* start = own)
                SyscallException.Check((int)Syscall.pwrite(number, start, (ulong)own.Length, 0), "write", file);
            return descriptor;
        }

        var errno = Marshal.GetLastPInvokeError();
        var length = (int)Syscall.pread(number, text, 32, 0);
        holder = length > 0 ? Encoding.ASCII.GetString(text, length).Trim() : "unknown";
        descriptor.Dispose();
        return errno == Errno.EAGAIN ? null : throw new SyscallException("flock", file, errno);
    }
}
