using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// A second name for the file of a UNIX socket, which another process unlinks when it ends: with that the path is
/// put back, and whoever connects finds the same listener.
/// </summary>
internal sealed class SpareName
{
    private readonly string _path;
    private readonly (ulong Device, ulong Inode) _identity;

    private SpareName(string path, (ulong Device, ulong Inode) identity)
    {
        _path = path;
        _identity = identity;
    }

    private string Spare => _path + ".zerg";

    /// <summary>Makes one beside the path.</summary>
    /// <exception cref="SyscallException">The directory or the file is not this user's to change.</exception>
    public static SpareName Make(string path)
    {
        var identity = UnixSocketFile.Identity(path) ?? throw new SyscallException("link", path, Errno.ENOENT);
        var spare = new SpareName(path, identity);
        if (UnixSocketFile.Identity(spare.Spare) is { } there && there != spare._identity)
            SyscallException.Check(Syscall.unlink(spare.Spare), "unlink", spare.Spare);
        if (Syscall.link(path, spare.Spare) != 0 && Marshal.GetLastPInvokeError() is var errno and not Errno.EEXIST)
            throw new SyscallException("link", spare.Spare, errno);
        return spare;
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
        if (UnixSocketFile.Identity(_path) == _identity)
            return false;

        // A third name becomes the path, so that the second is there if the path goes again at once. Not where
        // fs.protected_hardlinks refuses a link to a file of another user.
        var third = Spare + ".new";
        _ = Syscall.unlink(third);
        var name = Syscall.link(Spare, third) == 0 ? third : Spare;
        try
        {
            SyscallException.Check(Libc.rename(name, _path), "rename", name);
        }
        finally
        {
            // Still there when it failed, or when somebody has put the path back meanwhile: see rename(2).
            _ = Syscall.unlink(third);
        }

        return true;
    }

    /// <summary>Removes the second name.</summary>
    public void Remove() => UnixSocketFile.Remove(Spare, _identity);
}
