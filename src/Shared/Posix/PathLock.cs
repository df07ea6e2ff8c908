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
    private const FilePermissions OwnerOnly = FilePermissions.S_IRUSR | FilePermissions.S_IWUSR;

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
        var descriptor = Open(file, user);
        var number = descriptor.Number;
        var isTaken = Libc.flock(number, Libc.LOCK_EX | Libc.LOCK_NB) != 0;
        var errno = Marshal.GetLastPInvokeError();
        var (first, rest) = Read(number);
        holder = isTaken && Locker(number) is { } locker ? locker : int.TryParse(first, out var pid) ? $"{pid}" : "unknown";
        if (isTaken)
        {
            descriptor.Dispose();
            return errno == Errno.EAGAIN ? null : throw new SyscallException("flock", file, errno);
        }

        // What is not believed here stays for who may believe it, until this one has something to leave.
        var distrust = WhyNotOwn(number, user) ?? WhyReplaced(file, user);
        GiveTo(number, file, user);
        var taken = new PathLock(descriptor, file) { Left = distrust is null ? rest : "", Distrust = distrust };
        taken.Leave(rest);
        return taken;
    }

    /// <summary>The lock of a path that this process holds already, by a descriptor it got from its former program.</summary>
    public static PathLock Inherited(FileDescriptor descriptor, string path) => new(descriptor, path + ".lock");

    /// <summary>Writes what the next holder is to find: one line.</summary>
    /// <exception cref="SyscallException">It cannot be written.</exception>
    public void Leave(string text)
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

    private static FileDescriptor Open(string file, uint user)
    {
        using var place = FilePlace.Of(file);
        var descriptor = Make(place) ?? place.Open(
            OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NONBLOCK, OwnerOnly);
        if (!IsWritable(descriptor, user))
        {
            descriptor.Dispose();
            throw new SyscallException("open", file, Errno.EPERM, RegularFile.NotItsOwn);
        }

        return descriptor;

        // A new file belongs to the user that the program becomes, because that user writes it from then on. An existing
        // one keeps its owner: under another owner it would be believed, though a process may still have it open.
        FileDescriptor? Make(FilePlace place)
        {
            if (place.Create(OwnerOnly) is not { } made)
                return null;
            if (Privileges.IsRoot && user != 0)
                SyscallException.Check(Syscall.fchown(made.Number, user, uint.MaxValue), "chown", file);
            return made;
        }
    }

    // What is written there must not go to a device, to a FIFO, or to another file that was linked there. A
    // file of the user's own may have more names: that user could write to it anyhow.
    private static bool IsWritable(FileDescriptor file, uint user)
        => RegularFile.IsOnlyName(file) || (user != 0 && Syscall.fstat(file.Number, out var status) == 0
            && status.st_uid == user && (status.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFREG);

    // A pool that stayed root has left it: the next one that does must not believe what the user writes from now on. Only
    // in a directory of root's, since another user may have put some other file of root's there.
    private static void GiveTo(int number, string file, uint user)
    {
        if (user != 0 && Privileges.IsRoot && Syscall.fstat(number, out var status) == 0 && status is { st_uid: 0, st_nlink: 1 }
            && WhyReplaced(file, 0) is null)
            SyscallException.Check(Syscall.fchown(number, user, uint.MaxValue), "chown", file);
    }

    // Another user's directory: an older record may have been put back in it.
    private static string? WhyReplaced(string file, uint user)
    {
        const FilePermissions others = FilePermissions.S_IWGRP | FilePermissions.S_IWOTH;
        var directory = Path.GetDirectoryName(Path.GetFullPath(file))!;
        return Syscall.stat(directory, out var status) != 0 ? $"'{directory}' cannot be read"
            : status.st_uid != 0 && status.st_uid != user ? $"'{directory}' belongs to uid {status.st_uid}"
            : (status.st_mode & others) != 0 && !status.st_mode.HasFlag(FilePermissions.S_ISVTX)
                ? $"others may replace files in '{directory}'" : null;
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

    // What another user could write there decides nothing: programs are started by it. A second name may be anywhere.
    private static string? WhyNotOwn(int number, uint user)
    {
        const FilePermissions others = FilePermissions.S_IWGRP | FilePermissions.S_IWOTH;
        SyscallException.Check(Syscall.fstat(number, out var status), "fstat");
        return status.st_uid != 0 && status.st_uid != user ? $"it belongs to uid {status.st_uid}, remove it while no pool runs"
            : (status.st_mode & others) != 0 ? "others than its owner may write it"
            : (status.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFREG || status.st_nlink != 1
                ? "it is no file of its own" : null;
    }
}
