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
        for (var at = Path.GetDirectoryName(full); at is not null; at = Path.GetDirectoryName(at))
        {
            if (!Has(at, uid, groups, 1))
                return false;
        }

        return Has(full, uid, groups, 4);
    }

    /// <summary>Whether anybody may write in a directory; false when it is not there.</summary>
    public static bool MayOthersWrite(string directory)
        => Syscall.stat(directory, out var found) == 0 && (found.st_mode & FilePermissions.S_IWOTH) != 0;

    // One of the three bits of the class that the user is in: the first that fits decides.
    private static bool Has(string path, uint uid, IReadOnlyCollection<uint> groups, int bit)
    {
        if (Syscall.stat(path, out var found) != 0)
            return false;
        var shift = found.st_uid == uid ? 6 : groups.Contains(found.st_gid) ? 3 : 0;
        return uid == 0 || (((int)found.st_mode >> shift) & bit) != 0;
    }
}
