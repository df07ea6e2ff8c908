using System.Text;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// A directory for sockets that only this user may enter. One that was removed while in use, as the cleaners of /tmp
/// do, is made anew under another name.
/// </summary>
internal sealed class PrivateDirectory(string prefix, int longestName) : IDisposable
{
    private const string Fallback = "/tmp";

    private static readonly int s_randomLength = Path.GetRandomFileName().Length;

    private string? _path;

    /// <summary>The directory, which is there.</summary>
    /// <exception cref="SyscallException">There is no room for it.</exception>
    public string Ensure()
    {
        if (_path is { } path && IsOurs(path))
            return path;
        var place = Path.GetTempPath();
        var length = Encoding.UTF8.GetByteCount(Path.Combine(place, prefix)) + s_randomLength + 1 + longestName;
        path = Path.Combine(
            length > UnixAddress.MaxPath ? Fallback : place, prefix + Path.GetRandomFileName());
        SyscallException.Check(Syscall.mkdir(path, FilePermissions.S_IRWXU), "mkdir", path);
        return _path = path;
    }

    /// <summary>Removes a file of it; unlike File.Delete it does not mind a directory that is gone.</summary>
    public static void Remove(string path)
    {
        using var place = FilePlace.Find(path);
        _ = place?.Unlink();
    }

    /// <summary>
    /// Removes one with the files in it, if it is this user's. Nothing below a directory in it goes: none was made
    /// there, and one that is put there now leads to nothing else.
    /// </summary>
    public static void Delete(string path)
    {
        using var place = FilePlace.Find(path);
        using var directory = place?.Hold();
        if (directory is null || Syscall.fstat(directory.Number, out var status) != 0 || !IsOurs(status))
            return;
        try
        {
            // The directory that is held, wherever its path leads by now.
            foreach (var name in new DirectoryInfo($"/proc/self/fd/{directory.Number}/").EnumerateFileSystemInfos())
                _ = Libc.unlinkat(directory.Number, name.Name, 0);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Somebody else is removing it this moment.
        }

        place!.RemoveDirectory();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_path is not null)
            Delete(_path);
    }

    // Whoever waited for the name to become free is another user, or has not made a directory.
    private static bool IsOurs(string path) => Syscall.lstat(path, out var status) == 0 && IsOurs(status);

    private static bool IsOurs(Stat status) => status.st_uid == Syscall.geteuid()
        && (status.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFDIR;
}
