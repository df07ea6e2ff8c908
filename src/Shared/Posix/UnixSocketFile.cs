using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>How the file of a UNIX socket comes to be: its mode and owner, and what happens to one that is there.</summary>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">The owner, or null to leave it.</param>
/// <param name="Gid">The group, or null to leave it.</param>
internal sealed record UnixSocketFile(int Mode, uint? Uid = null, uint? Gid = null)
{
    /// <summary>Owner and group may connect.</summary>
    public const int DefaultMode = 0b110_110_000;

    private const string Link = "symbolic link";
    private const string ReplacedMeanwhile = ", the socket was replaced meanwhile";

    /// <summary>Everybody may connect.</summary>
    public const int EverybodyMode = 0b110_110_110;

    /// <summary>Binds so that the file never has more permissions than it is to have.</summary>
    /// <exception cref="SyscallException">
    /// A process serves the path, or it is no socket (address in use); EPERM where another user leads root elsewhere.
    /// </exception>
    public void Bind(Socket socket, UnixDomainSocketEndPoint endPoint)
    {
        var fd = (int)socket.Handle;
        var path = endPoint.ToString();
        if (path.StartsWith('@'))
        {
            BindRaw(fd, endPoint);
            return;
        }

        using var place = FilePlace.Of(path, "bind");
        RemoveStale(place);

        // unix(7): bind creates the file with the mode of the socket's own inode, less the umask.
        SyscallException.Check(Syscall.fchmod(fd, (FilePermissions)Mode), "fchmod", path);
        // By its path, which getsockname(2) tells everybody; so it is proven afterwards where that has led.
        BindRaw(fd, endPoint);
        using var there = place.Hold();
        var made = IdentityOf(fd, there);
        try
        {
            Apply(place, made ?? throw new SyscallException("bind", path, Errno.EPERM, ReplacedMeanwhile));
        }
        catch
        {
            if (made is { } own)
                place.Unlink(own);
            throw;
        }
    }

    /// <summary>The device and inode of the file of a socket; null where its path leads to another one.</summary>
    public static (ulong Device, ulong Inode)? IdentityOf(string path, FileDescriptor socket)
    {
        using var place = FilePlace.Find(path);
        using var there = place?.Hold();
        return IdentityOf(socket.Number, there);
    }

    /// <summary>The device and inode of a path, or null where there is nothing.</summary>
    public static (ulong Device, ulong Inode)? Identity(string path)
        => Syscall.lstat(path, out var status) == 0 ? (status.st_dev, status.st_ino) : null;

    /// <summary>What is in the place of a file, for people; null when it is that one, or where this user may not look.</summary>
    public static string? Instead(string path, (ulong Device, ulong Inode)? identity)
    {
        if (Syscall.lstat(path, out var found) != 0)
            return Marshal.GetLastPInvokeError() == Errno.ENOENT ? "it is gone" : null;
        return (found.st_dev, found.st_ino) == identity ? null
            : $"a {Kind(found)} of uid {found.st_uid} gid {found.st_gid} is there";
    }

    /// <summary>Removes a file if it still is that very one, and if its directory is this user's to change.</summary>
    public static void Remove(string path, (ulong Device, ulong Inode) identity)
    {
        using var place = FilePlace.Find(path);
        place?.Unlink(identity);
    }

    /// <summary>Whether everybody may remove and replace files of a directory, see chmod(2) for the sticky bit.</summary>
    public static bool IsOpenToAll(string directory) => Syscall.stat(directory, out var status) == 0
        && status.st_mode.HasFlag(FilePermissions.S_IWOTH) && !status.st_mode.HasFlag(FilePermissions.S_ISVTX);

    /// <summary>Whether a path is a symbolic link.</summary>
    public static bool IsLink(string path) => Syscall.lstat(path, out var status) == 0 && Kind(status) == Link;

    /// <summary>Who made the symbolic link that a path is; null for anything else.</summary>
    public static uint? LinkOwner(string path)
        => Syscall.lstat(path, out var status) == 0 && Kind(status) == Link ? status.st_uid : null;

    /// <summary>What is there, for people.</summary>
    public static string Kind(Stat file) => (file.st_mode & FilePermissions.S_IFMT) switch
    {
        FilePermissions.S_IFLNK => Link,
        FilePermissions.S_IFSOCK => "socket",
        FilePermissions.S_IFDIR => "directory",
        FilePermissions.S_IFREG => "file",
        _ => "special file",
    };

    // Not Socket.Bind: it remembers the path and unlinks it when the Socket is disposed.
    private static unsafe void BindRaw(int fd, UnixDomainSocketEndPoint endPoint)
    {
        var address = endPoint.Serialize();
        fixed (byte* start = address.Buffer.Span)
            SyscallException.Check(Libc.bind(fd, start, address.Size), "bind", endPoint.ToString().TrimEnd('\0'));
    }

    /// <summary>Gives a socket's file the mode and the owner it is to have.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="identity">Its device and inode: of another file nothing is changed.</param>
    /// <exception cref="SyscallException">It is not there any more, or not this user's to change.</exception>
    public void Apply(string path, (ulong Device, ulong Inode) identity)
    {
        using var place = FilePlace.Of(path);
        Apply(place, identity);
    }

    private void Apply(FilePlace place, (ulong Device, ulong Inode) identity)
    {
        // Through a descriptor: whoever may write in the directory may have put another file under the path meanwhile.
        using var file = place.Hold() ?? throw SyscallException.Last("open", place.Path);
        SyscallException.Check(Syscall.fstat(file.Number, out var status), "fstat", place.Path);
        if (!IsSocket(status) || status.st_nlink != 1 || (status.st_dev, status.st_ino) != identity)
            throw new SyscallException("bind", place.Path, Errno.EPERM, ReplacedMeanwhile);
        var same = $"/proc/self/fd/{file.Number}";
        if (Uid is not null || Gid is not null)
            SyscallException.Check(Syscall.chown(same, Uid ?? uint.MaxValue, Gid ?? uint.MaxValue), "chown", place.Path);
        SyscallException.Check(Syscall.chmod(same, (FilePermissions)Mode), "chmod", place.Path);
    }

    // Where the kernel does not tell the file of a socket, the path is believed.
    private static (ulong Device, ulong Inode)? IdentityOf(int socket, FileDescriptor? file)
        => file is not null && Syscall.fstat(socket, out var bound) == 0 && Syscall.fstat(file.Number, out var status) == 0
            && (UnixDiag.Query(bound.st_ino)?.File is not { } own || own.Is(file))
                ? (status.st_dev, status.st_ino) : null;

    /// <summary>Removes a socket file that nobody listens on; leaves everything else for bind to stumble over.</summary>
    private static void RemoveStale(FilePlace place)
    {
        if (place.Identity is not { } proven || !IsDead(place))
            return;

        // Taken aside first: what is removed is what was proven dead, even when somebody binds in between.
        using var aside = place.Beside($".{Path.GetRandomFileName()}.stale");
        if (!place.MoveTo(aside))
            return;
        if (aside.Identity == proven)
            _ = aside.Unlink();
        else
            _ = aside.MoveTo(place);
    }

    private static bool IsDead(FilePlace place)
    {
        using var there = place.Hold();
        if (there is null || Syscall.fstat(there.Number, out var status) != 0 || !IsSocket(status))
            return false;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        probe.Blocking = false;
        try
        {
            // That very socket, and nothing that a link leads to.
            probe.Connect(new UnixDomainSocketEndPoint($"/proc/self/fd/{there.Number}"));
            return false;
        }
        catch (SocketException problem)
        {
            return problem.SocketErrorCode == SocketError.ConnectionRefused && !SocketHolders.IsBoundOnly(place.Path);
        }
    }

    private static bool IsSocket(Stat status)
        => (status.st_mode & FilePermissions.S_IFMT) == FilePermissions.S_IFSOCK;
}
