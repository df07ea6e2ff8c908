using System.Runtime.InteropServices;

namespace Zerg.Posix;

/// <summary>
/// A second name for the file of a UNIX socket, which another process unlinks when it ends: with that the path is
/// put back, and whoever connects finds the same listener.
/// </summary>
internal sealed class SpareName
{
    private const string Suffix = ".zerg";
    private const string Replaced = ", the socket was replaced meanwhile";

    private readonly string _path;
    private readonly (ulong Device, ulong Inode) _identity;

    private SpareName(string path, (ulong Device, ulong Inode) identity)
    {
        _path = path;
        _identity = identity;
    }

    private string Spare => _path + Suffix;

    /// <summary>Makes one beside the path.</summary>
    /// <param name="path">Where the file is.</param>
    /// <param name="identity">Its device and inode.</param>
    /// <exception cref="SyscallException">The directory or the file is not this user's to change.</exception>
    public static SpareName Make(string path, (ulong Device, ulong Inode) identity)
    {
        using var place = FilePlace.Of(path);
        using var spare = place.Beside(Suffix);
        if (spare.Identity is { } there && there != identity && !spare.Unlink())
            throw SyscallException.Last("unlink", spare.Path);
        if (!place.LinkTo(spare) && Marshal.GetLastPInvokeError() is var errno and not Errno.EEXIST)
            throw new SyscallException("link", spare.Path, errno);
        if (spare.Identity is var made && made == identity)
            return new SpareName(path, identity);
        if (made is { } other)
            spare.Unlink(other);
        throw new SyscallException("link", spare.Path, Errno.EPERM, Replaced);
    }

    /// <summary>The one that another process has left beside the path; null when there is none of that file.</summary>
    public static SpareName? Find(string path, (ulong Device, ulong Inode) identity)
    {
        var spare = new SpareName(path, identity);
        return UnixSocketFile.Identity(spare.Spare) == identity ? spare : null;
    }

    /// <summary>Puts the path back when it is gone or leads to another file.</summary>
    /// <returns>Whether that was necessary.</returns>
    /// <exception cref="SyscallException">The directory is not this user's to change.</exception>
    public bool Restore()
    {
        using var place = FilePlace.Of(_path);
        if (place.Identity == _identity)
            return false;

        // A third name becomes the path, so that the second is there if the path goes again at once. Not where
        // fs.protected_hardlinks refuses a link to a file of another user.
        using var spare = place.Beside(Suffix);
        using var third = spare.Beside(".new");
        _ = third.Unlink();
        var name = spare.LinkTo(third) ? third : spare;
        try
        {
            if (name.Identity != _identity)
                throw new SyscallException("rename", name.Path, Errno.EPERM, Replaced);
            place.ReplaceBy(name);
        }
        finally
        {
            // Still there when it failed, or when somebody has put the path back meanwhile: see rename(2).
            _ = third.Unlink();
        }

        return true;
    }

    /// <summary>Removes the second name.</summary>
    public void Remove() => UnixSocketFile.Remove(Spare, _identity);
}
