using System.Text;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// The way to a directory, one name after the other: root goes through no symbolic link that another user has made,
/// since that user could change where it leads at any moment. See path_resolution(7), openat(2).
/// </summary>
internal static unsafe class DirectoryWalk
{
    // The kernel's own limit, path_resolution(7).
    private const int MaxLinks = 40;
    private const int MaxTarget = 4096;

    /// <summary>Opens a directory with O_PATH, for the calls that take a directory and a name.</summary>
    /// <param name="path">As it was given; a relative one begins at the working directory.</param>
    /// <exception cref="SyscallException">It is not there, or root comes upon a link of another user (EPERM).</exception>
    public static FileDescriptor Open(string path)
        => Privileges.IsRoot ? Walk(path) : Check(Libc.open(path, Flags(OpenFlags.O_DIRECTORY), 0), path);

    private static FileDescriptor Walk(string path)
    {
        var links = 0;
        var rest = new Stack<string>();
        var at = Start(path, rest, null);
        try
        {
            while (rest.TryPop(out var name))
            {
                using var next = Check(Libc.openat(at.Number, name, Flags(OpenFlags.O_NOFOLLOW), 0), path);
                SyscallException.Check(Syscall.fstat(next.Number, out var status), "fstat", path);
                if ((status.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFLNK)
                {
                    if (++links > MaxLinks)
                        throw new SyscallException("open", path, Errno.ELOOP);
                    if (WhyNot(status) is { } reason)
                        throw new SyscallException("open", path, Errno.EPERM, $", '{name}' in it is {reason}");
                    at = Start(Target(next, path), rest, at);
                    continue;
                }

                if ((status.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFDIR)
                    throw new SyscallException("open", path, Errno.ENOTDIR);
                at.Dispose();
                at = next.Duplicate();
            }

            return at;
        }
        catch
        {
            at.Dispose();
            throw;
        }
    }

    // A link of root's with a second name may have been brought there by another user.
    private static string? WhyNot(Stat link)
        => link.st_uid != 0 ? $"a symbolic link of uid {link.st_uid}, and root follows none but its own"
            : link.st_nlink > 1 ? "a symbolic link that has another name (hard link), which root does not follow" : null;

    // Puts the names of a path on the stack, the first one on top.
    private static FileDescriptor Start(string path, Stack<string> rest, FileDescriptor? from)
    {
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            rest.Push(name);
        if (from is not null && !path.StartsWith('/'))
            return from;
        from?.Dispose();
        return Check(Libc.open(path.StartsWith('/') ? "/" : ".", Flags(OpenFlags.O_DIRECTORY), 0), path);
    }

    // readlink(2): with an empty name it reads the link that the descriptor is open on.
    private static string Target(FileDescriptor link, string path)
    {
        var target = stackalloc byte[MaxTarget];
        var length = (int)Libc.readlinkat(link.Number, "", target, MaxTarget);
        return Encoding.UTF8.GetString(target, SyscallException.Check(length, "readlink", path));
    }

    private static FileDescriptor Check(int number, string path)
        => new(SyscallException.Check(number, "open", path));

    private static int Flags(OpenFlags more) => NativeConvert.FromOpenFlags(OpenFlags.O_CLOEXEC | more) | Libc.O_PATH;
}
