using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>Files with content, as opposed to devices, pipes and directories.</summary>
internal static class RegularFile
{
    /// <summary>Follows the name of one that <see cref="IsOnlyName"/> is false of.</summary>
    public const string NotItsOwn = ", it is no regular file, or it has another name (hard link)";

    /// <summary>Whether it is one, and has no second name under which it is another user's file.</summary>
    public static bool IsOnlyName(FileDescriptor file)
        => Syscall.fstat(file.Number, out var status) == 0 && status.st_nlink == 1
            && (status.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFREG;

    /// <summary>
    /// When a file, or the link that leads to it, was last changed, in seconds since 1970; null for what is no file.
    /// </summary>
    public static long? Changed(string path)
        => Syscall.stat(path, out var file) == 0 && (file.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFREG
            && Syscall.lstat(path, out var link) == 0
            ? Math.Max(file.st_mtime, link.st_mtime)
            : null;
}
