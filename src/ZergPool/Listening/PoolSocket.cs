using Mono.Unix.Native;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;

namespace ZergPool.Listening;

/// <summary>One listening socket that the pool holds for ever and passes on.</summary>
internal sealed class PoolSocket(ListenSpec spec, FileDescriptor descriptor) : IDisposable
{
    /// <summary>Its name, address and protocol.</summary>
    public ListenSpec Spec { get; } = spec;

    /// <summary>The pool's own descriptor; another one only after a repair that had to bind anew.</summary>
    public FileDescriptor Descriptor { get; private set; } = descriptor;

    /// <summary>Whether it is a UNIX socket.</summary>
    public bool IsUnix => Spec.Address.IsUnix;

    /// <summary>As a session's frames describe it.</summary>
    public SocketInfo Info => new(
        Spec.Name, Spec.Address.ToString(), Enum.GetName(Spec.Protocol)!.ToLowerInvariant());

    /// <summary>The identity of the file, when it has one; only that very file is ever unlinked.</summary>
    public (ulong Device, ulong Inode)? File { get; private set; }
        = spec.Address.Kind == AddressKind.Path ? UnixSocketFile.Identity(spec.Address.ToString()) : null;

    /// <summary>Connections waiting and the most that may wait; null where the kernel does not tell.</summary>
    public (int Queued, int Backlog)? Queue
    {
        get
        {
            if (!IsUnix)
                return ListenerOptions.TcpQueue(Descriptor.Number);
            return UnixDiag.Query(Descriptor.Inode) is { } unix ? (unix.Queued, unix.Backlog) : null;
        }
    }

    /// <summary>Puts a newly bound socket in the place of one that cannot be repaired.</summary>
    public void Replace(FileDescriptor fresh)
    {
        Descriptor.Dispose();
        Descriptor = fresh;
        File = UnixSocketFile.Identity(Spec.Address.ToString());
    }

    /// <summary>Unlinks the file, if it still is this socket's.</summary>
    /// <exception cref="SyscallException">The directory is not this user's to change.</exception>
    public void Unlink()
    {
        var path = Spec.Address.ToString();
        if (File is { } own && UnixSocketFile.Identity(path) == own)
            SyscallException.Check(Syscall.unlink(path), "unlink", path);
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();
}
