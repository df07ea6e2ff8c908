using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// A name in a directory that is held open: all that is done to it is done in that directory, wherever its path leads
/// meanwhile. Root comes there by <see cref="DirectoryWalk"/>.
/// </summary>
internal sealed class FilePlace : IDisposable
{
    private readonly FileDescriptor _directory;
    private readonly string _name;

    private FilePlace(FileDescriptor directory, string name, string path)
    {
        _directory = directory;
        _name = name;
        Path = path;
    }

    /// <summary>As it was given, for people.</summary>
    public string Path { get; }

    /// <summary>The device and inode of what is there, a link included; null for nothing.</summary>
    public (ulong Device, ulong Inode)? Identity
    {
        get
        {
            using var there = Hold();
            return there is not null && Syscall.fstat(there.Number, out var status) == 0
                ? (status.st_dev, status.st_ino) : null;
        }
    }

    /// <summary>Goes to the directory of a path.</summary>
    /// <param name="path">Of a file that need not be there.</param>
    /// <param name="call">What it is wanted for.</param>
    /// <exception cref="SyscallException">It is not there, or root comes upon a link of another user (EPERM).</exception>
    public static FilePlace Of(string path, string call = "open")
    {
        var directory = System.IO.Path.GetDirectoryName(path);
        try
        {
            return new FilePlace(
                DirectoryWalk.Open(string.IsNullOrEmpty(directory) ? path.StartsWith('/') ? "/" : "." : directory),
                System.IO.Path.GetFileName(path), path);
        }
        catch (SyscallException problem) when (problem.Errno != Errno.EPERM)
        {
            throw new SyscallException(call, path, problem.Errno);
        }
    }

    /// <summary>The same; null where that directory is not there, or not to be entered.</summary>
    public static FilePlace? Find(string path)
    {
        try
        {
            return Of(path);
        }
        catch (SyscallException)
        {
            return null;
        }
    }

    /// <summary>The place in the same directory whose name has more behind it.</summary>
    public FilePlace Beside(string suffix) => new(_directory.Duplicate(), _name + suffix, Path + suffix);

    /// <summary>What is there, a link included, with O_PATH; null for nothing.</summary>
    public FileDescriptor? Hold()
    {
        var flags = NativeConvert.FromOpenFlags(OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC) | Libc.O_PATH;
        var number = Libc.openat(_directory.Number, _name, flags, 0);
        return number < 0 ? null : new FileDescriptor(number);
    }

    /// <summary>Opens the file, and follows no link.</summary>
    /// <exception cref="SyscallException">It cannot be opened; EPERM for a link.</exception>
    public FileDescriptor Open(OpenFlags flags, FilePermissions mode = 0)
    {
        var all = NativeConvert.FromOpenFlags(flags | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC);
        var number = Libc.openat(_directory.Number, _name, all, (int)NativeConvert.FromFilePermissions(mode));
        if (number < 0 && Marshal.GetLastPInvokeError() == Errno.ELOOP)
            throw new SyscallException("open", Path, Errno.EPERM, ", a symbolic link is there");
        return new FileDescriptor(SyscallException.Check(number, "open", Path));
    }

    /// <summary>Makes a file that was not there; null when something is.</summary>
    /// <exception cref="SyscallException">It cannot be made.</exception>
    public FileDescriptor? Create(FilePermissions mode)
    {
        var flags = NativeConvert.FromOpenFlags(
            OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC);
        var number = Libc.openat(_directory.Number, _name, flags, (int)NativeConvert.FromFilePermissions(mode));
        if (number < 0 && Marshal.GetLastPInvokeError() == Errno.EEXIST)
            return null;
        return new FileDescriptor(SyscallException.Check(number, "open", Path));
    }

    /// <summary>Makes a directory there; false when that is not possible, see errno.</summary>
    public bool MakeDirectory(FilePermissions mode)
        => Libc.mkdirat(_directory.Number, _name, (int)NativeConvert.FromFilePermissions(mode)) == 0;

    /// <summary>Gives it a second name in its directory; false when it cannot have that, see errno.</summary>
    public bool LinkTo(FilePlace other)
        => Libc.linkat(_directory.Number, _name, other._directory.Number, other._name, 0) == 0;

    /// <summary>Gives it another name in its directory; what is there already goes.</summary>
    /// <exception cref="SyscallException">The directory is not this user's to change.</exception>
    public void ReplaceBy(FilePlace other) => SyscallException.Check(
        Libc.renameat2(other._directory.Number, other._name, _directory.Number, _name, 0), "rename", other.Path);

    /// <summary>Gives it another name in its directory, unless something is there; false when it cannot, see errno.</summary>
    public bool MoveTo(FilePlace other)
    {
        if (Rename(other, Libc.RENAME_NOREPLACE))
            return true;

        // Some file systems cannot promise it: rename(2).
        return Marshal.GetLastPInvokeError() is Errno.EINVAL or Errno.ENOSYS && other.Identity is null && Rename(other, 0);
    }

    /// <summary>Removes what is there, unless it is a directory; false when it cannot, see errno.</summary>
    public bool Unlink() => Libc.unlinkat(_directory.Number, _name, 0) == 0;

    /// <summary>Removes a directory that is empty.</summary>
    public void RemoveDirectory() => _ = Libc.unlinkat(_directory.Number, _name, Libc.AT_REMOVEDIR);

    /// <summary>Removes it while it is that very file.</summary>
    public void Unlink((ulong Device, ulong Inode) identity)
    {
        if (Identity == identity)
            _ = Unlink();
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private bool Rename(FilePlace other, uint flags)
        => Libc.renameat2(_directory.Number, _name, other._directory.Number, other._name, flags) == 0;
}
