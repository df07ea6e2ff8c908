using System.Runtime.InteropServices;
using Mono.Unix.Native;
using Zerg.Posix;
using Zerg.Programs;
using Errno = Zerg.Posix.Errno;

namespace ZergPool.Journal;

/// <summary>
/// Lines in a file of limited size, written through one descriptor. Whatever ends the program meanwhile, what is a
/// whole line afterwards is one that was written.
/// </summary>
internal sealed unsafe class JournalFile : IDisposable
{
    private const int Chunk = 16 * 1024;

    // What is read of a larger one are its newest lines.
    private const long MaxRead = 1024 * 1024;
    private const short F_WRLCK = 1;
    private const byte LineEnd = (byte)'\n';

    private JournalFile(FileDescriptor descriptor, string path)
    {
        Descriptor = descriptor;
        Path = path;
    }

    /// <summary>Whoever has it has the lock.</summary>
    public FileDescriptor Descriptor { get; }

    public string Path { get; }

    /// <summary>Whether somebody has removed it.</summary>
    public bool IsGone => Status().st_nlink == 0;

    /// <summary>Opens or creates it, following no link and waiting for nobody.</summary>
    /// <exception cref="SyscallException">It cannot be opened, is no file of this user's, or another pool's.</exception>
    public static JournalFile Open(string path)
    {
        using var place = FilePlace.Of(path);
        var file = new JournalFile(
            place.Open(OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NONBLOCK, LogFile.Mode), path);
        try
        {
            var status = file.Status();
            if (!RegularFile.IsOnlyName(file.Descriptor))
                throw new SyscallException("open", path, Errno.EPERM, RegularFile.NotItsOwn);
            if (status.st_uid != 0 && status.st_uid != Syscall.geteuid())
                throw new SyscallException("open", path, Errno.EPERM, $", it belongs to uid {status.st_uid}");
            Lock(file.Descriptor.Number, path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>One that the image before this one had open.</summary>
    public static JournalFile Inherited(FileDescriptor descriptor, string path) => new(descriptor, path);

    /// <summary>Adds a line; beyond the limit the older half goes.</summary>
    /// <exception cref="SyscallException">There is no room for it; nothing of it stays.</exception>
    public void Append(ReadOnlySpan<byte> line, long limit)
    {
        var end = Status().st_size;

        // Where the end is torn a line begins anew.
        byte[] whole = [.. end == 0 || LastByte(end) == LineEnd ? [] : (ReadOnlySpan<byte>)[LineEnd], .. line, LineEnd];
        try
        {
            Write(whole, end);
        }
        catch (SyscallException)
        {
            _ = Syscall.ftruncate(Descriptor.Number, end);
            throw;
        }

        Limit(limit);
    }

    /// <summary>Drops older halves until it is small enough.</summary>
    /// <exception cref="SyscallException">It cannot be rewritten.</exception>
    public void Limit(long limit)
    {
        for (var size = Status().st_size; size > limit; size = Status().st_size)
            DropOlderHalf(size);
    }

    /// <summary>Its lines, newest first; a torn one is among them.</summary>
    /// <exception cref="SyscallException">It cannot be read.</exception>
    public IEnumerable<byte[]> Newest()
    {
        var size = Status().st_size;
        var text = new byte[Math.Min(size, MaxRead)];
        for (var end = Read(text, size - text.Length); end > 0;)
        {
            var start = text.AsSpan(0, end).LastIndexOf(LineEnd) + 1;
            if (start < end)
                yield return text[start..end];
            end = start - 1;
        }
    }

    /// <summary>Closes it; one in which nothing was ever written goes, where this user may remove it.</summary>
    public void Dispose()
    {
        if (Syscall.fstat(Descriptor.Number, out var status) == 0 && status.st_size == 0)
            UnixSocketFile.Remove(Path, (status.st_dev, status.st_ino));
        Descriptor.Dispose();
    }

    // The newer half is at most as long as what is before it, so that it stays where it is until its copy is whole.
    // Blank lines first: of half a copy no line runs on into an old one.
    private void DropOlderHalf(long size)
    {
        var start = NextLine(size - (size / 2));
        var blank = new byte[Chunk];
        blank.AsSpan().Fill(LineEnd);
        for (var at = 0L; at < size - start; at += Chunk)
            Write(blank.AsSpan(0, (int)Math.Min(Chunk, size - start - at)), at);

        for (var at = 0L; at < size - start; at += Chunk)
        {
            var count = Read(blank.AsSpan(0, (int)Math.Min(Chunk, size - start - at)), start + at);
            Write(blank.AsSpan(0, count), at);
        }

        SyscallException.Check(Syscall.ftruncate(Descriptor.Number, size - start), "truncate", Path);
    }

    // Not flock(2): readers of some runtimes take that one, and would be refused. It stays with the descriptor.
    private static void Lock(int number, string path)
    {
        var whole = stackalloc long[4];
        new Span<long>(whole, 4).Clear();
        *(short*)whole = F_WRLCK;
        if (Libc.fcntl(number, Libc.F_OFD_SETLK, whole) != 0)
            throw new SyscallException("lock", path, Marshal.GetLastPInvokeError(), ", another pool writes it");
    }

    private long NextLine(long from)
    {
        var chunk = new byte[Chunk];
        for (int count; (count = Read(chunk, from - 1)) > 0; from += count)
        {
            var end = chunk.AsSpan(0, count).IndexOf(LineEnd);
            if (end >= 0)
                return from + end;
        }

        return Status().st_size;
    }

    private byte LastByte(long end)
    {
        Span<byte> last = [0];
        _ = Read(last, end - 1);
        return last[0];
    }

    private Stat Status()
    {
        SyscallException.Check(Syscall.fstat(Descriptor.Number, out var status), "fstat", Path);
        return status;
    }

    private int Read(Span<byte> buffer, long at)
    {
        var count = 0;
        fixed (byte* start = buffer)
        {
            while (count < buffer.Length)
            {
                var more = Syscall.pread(Descriptor.Number, start + count, (ulong)(buffer.Length - count), at + count);
                SyscallException.Check((int)more, "read", Path);
                if (more == 0)
                    break;
                count += (int)more;
            }
        }

        return count;
    }

    private void Write(ReadOnlySpan<byte> data, long at)
    {
        fixed (byte* start = data)
        {
            for (var count = 0; count < data.Length;)
            {
                count += SyscallException.Check(
                    (int)Syscall.pwrite(Descriptor.Number, start + count, (ulong)(data.Length - count), at + count),
                    "write", Path);
            }
        }
    }
}
