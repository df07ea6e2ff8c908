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
        Spec.Name, Spec.Address.ToString(), Enum.GetName(Spec.Protocol)!.ToLowerInvariant(),
        Spec.Tls?.Certificate, Spec.Tls?.Key);

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

    /// <summary>Binds a UNIX socket that cannot be repaired anew; what is there stays when that fails.</summary>
    /// <exception cref="SyscallException">The directory is another user's, or somebody has the name.</exception>
    public void Rebind(int backlog, UnixSocketFile file)
    {
        // The old one goes aside; bound under another name and renamed, the new one would go on telling everybody
        // that other name (getsockname(2)).
        var path = Spec.Address.ToString();
        var isOwn = File is { } own && UnixSocketFile.Identity(path) == own;
        var aside = isOwn ? $"{path}.{Environment.ProcessId}.old" : null;
        if (aside is not null)
            SyscallException.Check(Libc.rename(path, aside), "rename", path);
        try
        {
            var fresh = ListeningSocket.Bind(Spec.Address.Resolve()[0], Spec.Address, backlog, file).Descriptor;
            Descriptor.Dispose();
            Descriptor = fresh;
            File = Spec.Address.Kind == AddressKind.Path ? UnixSocketFile.Identity(path) : null;
        }
        catch
        {
            if (aside is not null && UnixSocketFile.Identity(path) is null)
                _ = Libc.rename(aside, path);
            throw;
        }

        if (aside is not null)
            _ = Syscall.unlink(aside);
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
