using System.Text;
using Mono.Unix.Native;

namespace Zerg.Posix;

/// <summary>Tells when a file is unlinked or renamed away: inotify(7) on its directory.</summary>
internal sealed unsafe class RemovalWatch : IDisposable
{
    private const int IN_NONBLOCK = Libc.O_NONBLOCK;
    private const int IN_CLOEXEC = Libc.O_CLOEXEC;
    private const uint IN_MOVED_FROM = 0x40;
    private const uint IN_DELETE = 0x200;
    private const uint IN_Q_OVERFLOW = 0x4000;
    private const int HeaderLength = 16;

    private readonly byte[] _name;

    private RemovalWatch(FileDescriptor descriptor, byte[] name)
    {
        Descriptor = descriptor;
        _name = name;
    }

    /// <summary>Readable when something in the directory has gone.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Watches a file; null when its directory may not be read, or the user has no watches left.</summary>
    public static RemovalWatch? Of(string path)
    {
        var number = Libc.inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (number < 0)
            return null;
        var watch = new RemovalWatch(new FileDescriptor(number), Encoding.UTF8.GetBytes(Path.GetFileName(path)));
        if (Libc.inotify_add_watch(number, Path.GetDirectoryName(path)!, IN_MOVED_FROM | IN_DELETE) >= 0)
            return watch;
        watch.Dispose();
        return null;
    }

    /// <summary>Reads what there is to tell.</summary>
    /// <returns>Whether the file has gone, or may have.</returns>
    public bool Read()
    {
        var buffer = stackalloc byte[4096];
        var isGone = false;
        for (var length = 1L; length > 0;)
        {
            length = Syscall.read(Descriptor.Number, buffer, 4096);
            for (var at = 0; at + HeaderLength <= length;)
            {
                // wd, mask, cookie, the length of the name, and the name with NULs behind it.
                var mask = *(uint*)(buffer + at + 4);
                var nameLength = *(int*)(buffer + at + 12);
                var name = new ReadOnlySpan<byte>(buffer + at + HeaderLength, nameLength).TrimEnd((byte)0);
                isGone |= (mask & IN_Q_OVERFLOW) != 0 || name.SequenceEqual(_name);
                at += HeaderLength + nameLength;
            }
        }

        return isGone;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
