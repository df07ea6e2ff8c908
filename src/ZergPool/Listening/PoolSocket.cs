using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Protocol;
using ZergPool.Recovering;
using ZergPool.Upgrading;

namespace ZergPool.Listening;

/// <summary>One listening socket that the pool passes on, and holds until a reload removes it.</summary>
/// <param name="asked">As the configuration says it.</param>
/// <param name="spec">Under its name, at the address where it really is.</param>
/// <param name="target">What it is bound to.</param>
internal sealed class PoolSocket(ListenSpec asked, ListenSpec spec, BindTarget target) : IDisposable
{
    private FileDescriptor? _descriptor;
    private SpareName? _spare;
    private RecordedSocket? _recorded;

    /// <summary>As the configuration says it; a reload may say the same address in another way.</summary>
    public ListenSpec Asked { get; private set; } = asked;

    /// <summary>What the pool before had written down of its address; null without a record.</summary>
    public RecordedSocket? Recorded { get; init; }

    /// <summary>Its name, address and protocol.</summary>
    public ListenSpec Spec { get; private set; } = spec;

    /// <summary>What it is bound to.</summary>
    public BindTarget Target { get; } = target;

    /// <summary>Whether the pool has it; while it has not, another process does.</summary>
    public bool IsHeld => _descriptor is not null;

    /// <summary>Why the pool does not have it.</summary>
    public IOException? Problem { get; set; }

    /// <summary>Who had it before; null for one that this pool made, and may undo.</summary>
    public string? From { get; private set; }

    /// <summary>The server that it was adopted from, while that one listens on it as well; null for nobody.</summary>
    public string? AdoptedFrom { get; private set; }

    /// <summary>Whether the server that it was adopted from listens on it as well.</summary>
    public bool IsShared => AdoptedFrom is not null;

    /// <summary>The pool's own descriptor; another one only after a repair that had to bind anew.</summary>
    public FileDescriptor Descriptor => _descriptor ?? throw new InvalidOperationException($"{Spec.Address} is not held");

    /// <summary>Whether it is a UNIX socket.</summary>
    public bool IsUnix => Spec.Address.IsUnix;

    /// <summary>As a session's frames describe it.</summary>
    public SocketInfo Info => new(
        Spec.Name, Spec.Address.ToString(), Enum.GetName(Spec.Protocol)!.ToLowerInvariant(),
        Spec.Tls?.Certificate, Spec.Tls?.Key);

    /// <summary>The identity of the file, when it has one; only that very file is ever unlinked.</summary>
    public (ulong Device, ulong Inode)? File { get; private set; }

    /// <summary>The same while that file has a second name; else null.</summary>
    public (ulong Device, ulong Inode)? Spare => _spare is null ? null : File;

    /// <summary>What is at its path instead, so that nobody finds it; null while it is there.</summary>
    public string? Instead => !IsShared && File is { } own ? UnixSocketFile.Instead(Spec.Address.ToString(), own) : null;

    /// <summary>Connections waiting and the most that may wait; null where the kernel does not tell.</summary>
    public (int Queued, int Backlog)? Queue
    {
        get
        {
            if (_descriptor is null)
                return null;
            if (!IsUnix)
                return ListenerOptions.TcpQueue(Descriptor.Number);
            return UnixDiag.Query(Descriptor.Inode) is { } unix ? (unix.Queued, unix.Backlog) : null;
        }
    }

    /// <summary>Its network namespace, where that is not the one of this process; else null.</summary>
    public ulong? Network
        => NetworkNamespace.Of(Descriptor) is { } network && network != NetworkNamespace.Own ? network : null;

    /// <summary>Why what a zergling offers is not this socket, in words that follow its name; null when it is.</summary>
    public string? WhyNot(FileDescriptor offered) => ReturnedSocket.WhyNot(offered, Target, Recorded);

    /// <summary>It has come: bound, or another process's descriptor of it, checked.</summary>
    public void Take(FileDescriptor descriptor, string? from, string? adoptedFrom = null)
    {
        _descriptor?.Dispose();
        _descriptor = descriptor;
        Problem = null;
        From = from;
        File = FileOf(Spec, descriptor);
        AdoptedFrom = adoptedFrom;
        if (_recorded?.Inode == descriptor.Inode)
        {
            AdoptedFrom = _recorded.AdoptedFrom;
            return;
        }

        _spare?.Remove();
        _spare = null;
    }

    /// <summary>
    /// What a pool before had adopted stays so when it is that socket that comes. Its path is put back: it may have gone
    /// while there was no pool, and another socket must not be bound in its place.
    /// </summary>
    /// <exception cref="SyscallException">The directory is not this user's to change.</exception>
    public void Resume(RecordedSocket recorded)
    {
        _recorded = recorded;
        var path = Spec.Address.ToString();
        _spare = recorded.Spare is { } file ? SpareName.Find(path, file.Identity) : null;

        // What others have put there may serve: it gives way to a socket that somebody still has, and to no dead one.
        if (_spare is not null && (UnixSocketFile.Identity(path) is null || UnixDiag.Query(recorded.Inode) is not null))
            RestorePath();
    }

    /// <summary>Gives its file a second name, for when the server that it was adopted from removes the first.</summary>
    /// <returns>Why not; null when it has one, or needs none.</returns>
    public string? KeepPath()
    {
        try
        {
            _spare = IsShared && File is { } file ? SpareName.Make(Spec.Address.ToString(), file) : null;
            return null;
        }
        catch (SyscallException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>Puts its path back, if the server that it was adopted from has removed it.</summary>
    /// <exception cref="SyscallException">The directory is not this user's to change.</exception>
    public bool RestorePath() => _spare?.Restore() == true;

    /// <summary>The server that it was adopted from is gone.</summary>
    public void Inherit()
    {
        AdoptedFrom = null;
        _spare?.Remove();
        _spare = null;
    }

    /// <summary>Takes one over from the image before this one.</summary>
    public static PoolSocket Thaw(ListenSpec asked, PassedSocketState state, Inheritance inheritance)
    {
        var spec = asked with
        {
            Address = ListenAddress.Parse(state.Address).Value!,
            Protocol = state.Protocol,
            Name = state.Name,
        };
        return new PoolSocket(asked, spec, spec.Address.Resolve()[0])
        {
            _descriptor = inheritance.Claim(state.Descriptor),
            From = state.From,
            File = state.File?.Identity,
        };
    }

    /// <summary>The configuration says it in another way now.</summary>
    public void Respell(ListenSpec asked, ListenSpec spec) => (Asked, Spec) = (asked, spec);

    /// <summary>Binds a UNIX socket that cannot be repaired anew; what is there stays when that fails.</summary>
    /// <exception cref="SyscallException">The directory is another user's, or somebody has the name.</exception>
    public void Rebind(int backlog, UnixSocketFile file)
    {
        // The old one goes aside; bound under another name and renamed, the new one would go on telling everybody
        // that other name (getsockname(2)).
        using var place = FileOrNull();
        using var aside = place?.Beside($".{Path.GetRandomFileName()}.old");
        if (place is not null && !place.MoveTo(aside!))
            throw SyscallException.Last("rename", place.Path);
        var before = aside?.Identity;
        try
        {
            Take(ListeningSocket.Bind(Target, Spec.Address, backlog, file).Descriptor, null, AdoptedFrom);
            _ = KeepPath();
        }
        catch
        {
            if (place is not null)
                _ = aside!.MoveTo(place);
            throw;
        }

        if (before is { } old)
            aside!.Unlink(old);
    }

    /// <summary>Unlinks the file, if it still is this socket's and no other server's.</summary>
    /// <exception cref="SyscallException">The directory is not this user's to change.</exception>
    public void Unlink()
    {
        using var place = IsShared ? null : FileOrNull();
        if (place?.Unlink() == false)
            throw SyscallException.Last("unlink", place.Path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _spare?.Remove();
        _descriptor?.Dispose();
    }

    // Where its file is, while it is there.
    private FilePlace? FileOrNull()
    {
        var place = File is null ? null : FilePlace.Find(Spec.Address.ToString());
        if (place is null || place.Identity == File)
            return place;
        place.Dispose();
        return null;
    }

    private static (ulong Device, ulong Inode)? FileOf(ListenSpec spec, FileDescriptor descriptor)
        => spec.Address.Kind == AddressKind.Path ? UnixSocketFile.IdentityOf(spec.Address.ToString(), descriptor) : null;
}
