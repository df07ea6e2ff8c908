using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>A file that only a descriptor leads to, see memfd_create(2).</summary>
internal static class MemoryFile
{
    /// <summary>An empty one.</summary>
    public static FileDescriptor Create(string name)
        => new(SyscallException.Check(Libc.memfd_create(name, Libc.MFD_CLOEXEC), "memfd_create"));

    /// <summary>One that others may write into, but no more than so many bytes; zeros stand for the rest.</summary>
    public static FileDescriptor Create(string name, int size)
    {
        var file = new FileDescriptor(SyscallException.Check(
            Libc.memfd_create(name, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING), "memfd_create"));
        SyscallException.Check(Syscall.ftruncate(file.Number, size), "ftruncate");
        SyscallException.Check(Libc.fcntl(file.Number, Libc.F_ADD_SEALS, Libc.F_SEAL_GROW), "fcntl F_ADD_SEALS");
        return file;
    }

    /// <summary>Whether a number leads to such a file of that name.</summary>
    public static bool Is(int number, string name)
        => new FileInfo($"/proc/self/fd/{number}").LinkTarget is { } target
            && (target == $"/memfd:{name}" || target == $"/memfd:{name} (deleted)");

    /// <summary>Everything in it, from its beginning.</summary>
    public static unsafe byte[] Read(FileDescriptor file)
    {
        SyscallException.Check(Syscall.fstat(file.Number, out var status), "fstat");
        var bytes = new byte[status.st_size];
        fixed (byte* start = bytes)
        {
            for (var at = 0L; at < bytes.Length;)
            {
                var count = Syscall.pread(file.Number, start + at, (ulong)(bytes.Length - at), at);
                if (count <= 0)
                    throw SyscallException.Last("pread");
                at += count;
            }
        }

        return bytes;
    }
}
