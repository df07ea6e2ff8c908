using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// Decides which of several processes serves a UNIX path: flock(2) on PATH.lock. The kernel lets go of it when the
/// process ends; the file is never unlinked, since a lock on an unlinked file decides nothing. Its first line is the
/// holder's pid; what follows the holder leaves there for the one after it.
/// </summary>
internal sealed unsafe class PathLock : IDisposable
{
    private const int MaxText = 256 * 1024;

    private readonly string _file;

    private PathLock(FileDescriptor descriptor, string file)
    {
        Descriptor = descriptor;
        _file = file;
    }

    /// <summary>Whoever has it has the lock.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>What the holder before left; empty when there was none, or when another user wrote it.</summary>
    public string Left { get; private init; } = "";

    /// <summary>Why what the holder before left is not read, in words; null when it is, or when there is nothing.</summary>
    public string? Distrust { get; private init; }

    /// <summary>Takes the lock of a path, or returns null and the pid that has it.</summary>
    /// <param name="path">What is locked.</param>
    /// <param name="user">As whom the program is going to run: what that user or root left is read.</param>
    /// <param name="holder">The pid of the process that has the lock; "unknown" where that cannot be told.</param>
    /// <exception cref="SyscallException">
    /// The lock file cannot be opened; EPERM where it is no file of its own, or another user leads root elsewhere.
    /// </exception>
    public static PathLock? TryAcquire(string path, uint user, out string holder)
    {
        var file = path + ".lock";
        var descriptor = Open(file);
        var number = descriptor.Number;
        var isTaken = Libc.flock(number, Libc.LOCK_EX | Libc.LOCK_NB) != 0;
        var errno = Marshal.GetLastPInvokeError();
        var (first, rest) = Read(number);
        holder = isTaken && Locker(number) is { } locker ? locker : first.Length > 0 ? first : "unknown";
        if (isTaken)
        {
            descriptor.Dispose();
            return errno == Errno.EAGAIN ? null : throw new SyscallException("flock", file, errno);
        }

        // What is not believed here stays for who may believe it, until this one has something to leave.
        var distrust = rest.Length == 0 ? null : WhyNotOwn(number, user);
        var taken = new PathLock(descriptor, file) { Left = distrust is null ? rest : "", Distrust = distrust };
        taken.Write(rest);
        return taken;
    }

    /// <summary>The lock of a path that this process holds already, by a descriptor it got from its former program.</summary>
    public static PathLock Inherited(FileDescriptor descriptor, string path) => new(descriptor, path + ".lock");

    /// <summary>
    /// Makes the file the user's that this program is about to become: what it leaves from then on is believed by programs
    /// of that user, and not by one that stays root.
    /// </summary>
    /// <exception cref="SyscallException">The file system has no owners.</exception>
    public void GiveTo(uint uid)
    {
        // Under a new owner it would be believed.
        if (Distrust is not null)
            LeaveNothing();
        SyscallException.Check(Syscall.fchown(Descriptor.Number, uid, uint.MaxValue), "chown", _file);
    }

    /// <summary>Writes what the next holder is to find: one line.</summary>
    /// <exception cref="SyscallException">It cannot be written.</exception>
    public void Leave(string text)
    {
        Write(text);

        // After that nothing of another user is left in it.
        if (Privileges.IsRoot)
            SyscallException.Check(Syscall.fchown(Descriptor.Number, 0, uint.MaxValue), "chown", _file);
    }

    private void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId,-10}\n{text}"));
        fixed (byte* start = bytes)
        {
            SyscallException.Check(
                (int)Syscall.pwrite(Descriptor.Number, start, (ulong)bytes.Length, 0), "write", _file);
        }

        SyscallException.Check(Syscall.ftruncate(Descriptor.Number, bytes.Length), "truncate", _file);
    }

    /// <summary>Takes away what was left, as far as the file can be written.</summary>
    public void LeaveNothing() => _ = Syscall.ftruncate(Descriptor.Number, 0);

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    // What is written there must not go to a device, to a FIFO, or to what somebody linked there and is another file.
    private static FileDescriptor Open(string file)
    {
        using var place = FilePlace.Of(file);
        var descriptor = place.Open(
            OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NONBLOCK,
            FilePermissions.S_IRUSR | FilePermissions.S_IWUSR);
        if (RegularFile.IsOnlyName(descriptor))
            return descriptor;
        descriptor.Dispose();
        throw new SyscallException("open", file, Errno.EPERM, RegularFile.NotItsOwn);
    }

    // Who has taken it a moment ago has not written its pid yet. "1: FLOCK ADVISORY WRITE 12 fe:00:34 0 EOF", proc(5);
    // a process of another pid namespace has no number there.
    private static string? Locker(int number)
    {
        if (Syscall.fstat(number, out var status) != 0 || !File.Exists("/proc/locks"))
            return null;
        string[] lockers =
        [
            .. from line in File.ReadLines("/proc/locks")
               let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where fields.Length > 5 && fields[1] == "FLOCK"
                   && fields[5].EndsWith($":{status.st_ino}", StringComparison.Ordinal)
               select fields[4],
        ];
        return lockers is [var only] && int.TryParse(only, out var pid) && pid > 0 ? only : null;
    }

    private static (string Pid, string Left) Read(int number)
    {
        var bytes = new byte[MaxText];
        int length;
        fixed (byte* start = bytes)
            length = Math.Max(0, (int)Syscall.pread(number, start, MaxText, 0));
        var text = Encoding.UTF8.GetString(bytes, 0, length);

        // What follows is left of a longer text, where the one who wrote it was killed before he cut it off.
        var lines = text.Split('\n');
        return (lines[0].Trim(), lines.Length > 2 ? lines[1] + '\n' : lines.Length > 1 ? lines[1] : "");
    }

    // What somebody else could write there decides nothing: programs are started by it. A second name may be anywhere.
    private static string? WhyNotOwn(int number, uint user)
    {
        const FilePermissions others = FilePermissions.S_IWGRP | FilePermissions.S_IWOTH;
        SyscallException.Check(Syscall.fstat(number, out var status), "fstat");
        return status.st_uid != 0 && status.st_uid != user ? $"it belongs to uid {status.st_uid}"
            : (status.st_mode & others) != 0 ? "others than its owner may write it"
            : (status.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFREG || status.st_nlink != 1
                ? "it is no file of its own" : null;
    }
}
