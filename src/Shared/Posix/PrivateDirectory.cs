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
    public static void Remove(string path) => _ = Syscall.unlink(path);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_path is null || !IsOurs(_path))
            return;
        try
        {
            Directory.Delete(_path, recursive: true);
        }
        catch (IOException)
        {
            // Somebody else is removing it this moment.
        }
    }

    // Whoever waited for the name to become free is another user, or has not made a directory.
    private static bool IsOurs(string path)
        => Syscall.lstat(path, out var status) == 0 && status.st_uid == Syscall.geteuid()
            && (status.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFDIR;
}
