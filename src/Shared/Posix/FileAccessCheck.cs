using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>What other users may do with a file, from its mode and those of the directories above, see path_resolution(7).</summary>
internal static class FileAccessCheck
{
    /// <summary>Whether a user could open the file for reading; false as well when it is not there.</summary>
    public static bool MayRead(string path, uint uid, uint gid, string? name)
    {
        var groups = Privileges.GroupsOf(name, gid);
        var full = Path.GetFullPath(path);
        return MayReach(full, uid, groups) && Has(full, uid, groups, 4);
    }

    /// <summary>Whether a user could rename a file over another in the same directory.</summary>
    public static bool MayRename(string path, uint uid, uint gid, string? name)
    {
        var groups = Privileges.GroupsOf(name, gid);
        var full = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(full)!;
        return MayReach(full, uid, groups) && Has(directory, uid, groups, 2)
            && (uid == 0 || !IsSticky(directory) || Owner(directory) == uid || Owner(full) == uid);
    }

    /// <summary>Whether anybody may write in a directory; false when it is not there.</summary>
    public static bool MayOthersWrite(string directory)
        => Syscall.stat(directory, out var found) == 0 && (found.st_mode & FilePermissions.S_IWOTH) != 0;

    private static bool MayReach(string full, uint uid, IReadOnlyCollection<uint> groups)
    {
        for (var at = Path.GetDirectoryName(full); at is not null; at = Path.GetDirectoryName(at))
        {
            if (!Has(at, uid, groups, 1))
                return false;
        }

        return true;
    }

    private static bool IsSticky(string directory)
        => Syscall.stat(directory, out var found) == 0 && (found.st_mode & FilePermissions.S_ISVTX) != 0;

    private static uint? Owner(string path) => Syscall.lstat(path, out var found) == 0 ? found.st_uid : null;

    // One of the three bits of the class that the user is in: the first that fits decides.
    private static bool Has(string path, uint uid, IReadOnlyCollection<uint> groups, int bit)
    {
        if (Syscall.stat(path, out var found) != 0)
            return false;
        var shift = found.st_uid == uid ? 6 : groups.Contains(found.st_gid) ? 3 : 0;
        return uid == 0 || (((int)found.st_mode >> shift) & bit) != 0;
    }
}
