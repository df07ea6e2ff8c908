using System.Globalization;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>
/// A FIFO that another process reads, see fifo(7): proven by device and inode, never by the text of a link in /proc,
/// which the process can make what it likes in a mount namespace of its own.
/// </summary>
internal sealed unsafe class ReadFifo : IDisposable
{
    private readonly FileDescriptor _fifo;
    private readonly Stat _status;

    private ReadFifo(FileDescriptor fifo, Stat status)
    {
        _fifo = fifo;
        _status = status;
    }

    /// <summary>Holds the FIFO of a path without opening it for anything.</summary>
    /// <param name="path">Where it is; no link is followed.</param>
    /// <param name="refusal">Why what is there is not to be written to, in words that follow the path; else null.</param>
    /// <returns>Null where there is nothing, or something else.</returns>
    public static ReadFifo? Find(string path, out string? refusal)
    {
        refusal = null;
        try
        {
            using var place = FilePlace.Of(path);
            if (place.Hold() is not { } held)
                return null;
            if (Syscall.fstat(held.Number, out var status) == 0)
            {
                refusal = (status.st_mode & FilePermissions.S_IFMT) != FilePermissions.S_IFIFO
                    ? $"is no FIFO but a {UnixSocketFile.Kind(status)} of uid {status.st_uid}"
                    : status.st_nlink != 1 ? "has another name (hard link)" : null;
                if (refusal is null)
                    return new ReadFifo(held, status);
            }

            held.Dispose();
        }
        catch (SyscallException problem)
        {
            // Where its directory is not there, neither is a FIFO.
            refusal = problem.Errno == Errno.EPERM ? $"is refused: {problem.Message}" : null;
        }

        return null;
    }

    /// <summary>Whether a process has it open for reading; null when this user may not look.</summary>
    public bool? IsReadBy(int pid)
    {
        try
        {
            return new DirectoryInfo($"/proc/{pid}/fd").EnumerateFileSystemInfos().Any(file => IsRead(file.FullName));
        }
        catch (Exception problem) when (problem is UnauthorizedAccessException or IOException)
        {
            return problem is UnauthorizedAccessException ? null : false;
        }
    }

    /// <summary>Whether it belongs to root, to this user, or to one of those.</summary>
    public bool IsOwnedBy(params ReadOnlySpan<uint> uids)
        => _status.st_uid == 0 || _status.st_uid == Syscall.geteuid() || uids.Contains(_status.st_uid);

    /// <summary>Its owner, for people.</summary>
    public string Owner => _status.st_uid.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes a character into it; false when no process reads it, it is full, or this user may not.</summary>
    public bool Write(char character)
    {
        // That very FIFO, wherever its path leads by now. Non-blocking: without a reader open(2) fails with ENXIO
        // instead of waiting for one.
        var number = Syscall.open(
            $"/proc/self/fd/{_fifo.Number}", OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC);
        if (number < 0)
            return false;
        using var writing = new FileDescriptor(number);
        var one = (byte)character;
        return Syscall.write(number, &one, 1) == 1;
    }

    /// <inheritdoc/>
    public void Dispose() => _fifo.Dispose();

    // proc(5): the link itself has the permissions of the open file. One that is open with O_PATH, which needs no
    // permission, has none of them.
    private bool IsRead(string link)
        => Syscall.lstat(link, out var how) == 0 && how.st_mode.HasFlag(FilePermissions.S_IRUSR)
            && Syscall.stat(link, out var what) == 0 && (what.st_dev, what.st_ino) == (_status.st_dev, _status.st_ino);
}
