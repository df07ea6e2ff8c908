using System.Net.Sockets;
using Mono.Unix.Native;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Metrics;
using ZergPool.Recovering;

namespace ZergPool.Listening;

/// <summary>The sockets that the pool itself serves: for each pool one to attach and one for orders.</summary>
internal sealed partial class OwnSockets : IDisposable
{
    private const int Backlog = 128;

    private readonly Dictionary<ListenAddress, PathLock> _locks = [];
    private readonly List<(string Path, (ulong Device, ulong Inode)? Identity)> _files = [];
    private readonly List<Socket> _sockets = [];

    /// <summary>For each pool of the configuration, in its order.</summary>
    public IReadOnlyList<(PoolSpec Pool, Socket Listener)> Pools { get; private set; } = [];

    /// <summary>Where orders come in: whoever knows the path of one of the pools finds the process.</summary>
    public IReadOnlyList<Socket> Controls { get; private set; } = [];

    /// <summary>Where metrics are asked for; null for nowhere.</summary>
    public MetricsSocket? Metrics { get; set; }

    /// <summary>Locks and binds all of them.</summary>
    /// <exception cref="SyscallException">A path cannot be bound.</exception>
    /// <exception cref="ZergException">Another pool serves one of the paths.</exception>
    public static OwnSockets Bind(PoolOptions options)
    {
        var own = new OwnSockets();
        try
        {
            var attach = File(options, options.AllowUids, options.AllowGids);
            var control = File(options, options.ControlUids, options.ControlGids);
            foreach (var pool in options.Pools)
                own.Lock(pool.Address, options);
            own.Pools = [.. options.Pools.Select(pool => (pool, own.Bind(pool.Address, attach)))];
            own.Controls = [.. ControlAddresses(options).Select(address => own.Bind(address, control))];
            own.Metrics = options.Metrics is { } metrics ? MetricsSocket.Bind(metrics, options) : null;
            return own;
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>Closes them and removes their files, those that still are theirs.</summary>
    public void Dispose()
    {
        foreach (var (path, identity) in _files)
        {
            if (identity is { } own)
                UnixSocketFile.Remove(path, own);
        }

        Metrics?.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        foreach (var taken in _locks.Values)
            taken.Dispose();
    }

    /// <summary>Gives their files the modes that other lists of who may connect ask for.</summary>
    /// <exception cref="SyscallException">One is not this user's to change.</exception>
    public void ApplyModes(PoolOptions options)
    {
        foreach (var pool in options.Pools)
            Apply(File(options, options.AllowUids, options.AllowGids), pool.Address);
        foreach (var address in ControlAddresses(options))
            Apply(File(options, options.ControlUids, options.ControlGids), address);
    }

    /// <summary>Paths where something else is by now, and what.</summary>
    public IEnumerable<(string Path, string What)> Swapped()
    {
        foreach (var (path, own) in _files)
        {
            if (UnixSocketFile.Instead(path, own) is { } what)
                yield return (path, what);
        }
    }

    /// <summary>What the pool that served a path before left there; null for none.</summary>
    public PoolRecord? Left(ListenAddress pool)
        => _locks.TryGetValue(pool, out var taken) ? PoolRecord.Parse(taken.Left, out _) : null;

    /// <summary>What was left and is not believed, one line each.</summary>
    public IEnumerable<string> Unbelieved()
    {
        foreach (var (pool, taken) in _locks)
        {
            if (taken.Distrust is { } distrust)
                yield return $"{pool}.lock: {distrust}";
            else if (PoolRecord.Parse(taken.Left, out var problem) is null && problem is not null)
                yield return $"{pool}.lock: what the pool before left cannot be right: {problem}";
        }
    }

    /// <summary>Leaves what the next pool of that path is to know.</summary>
    /// <exception cref="SyscallException">It cannot be written.</exception>
    public void Leave(ListenAddress pool, PoolRecord record)
    {
        if (_locks.TryGetValue(pool, out var taken))
            taken.Leave(record.ToString());
    }

    /// <summary>Leaves nothing: a record that is older than what zerglings know would have them refused.</summary>
    public void LeaveNothing(ListenAddress pool)
    {
        if (_locks.TryGetValue(pool, out var taken))
            taken.LeaveNothing();
    }

    /// <summary>Where orders come in: by the option, and beside each pool.</summary>
    public static IEnumerable<ListenAddress> ControlAddresses(PoolOptions options) => options.Pools
        .Select(pool => pool.Address.WithSuffix(".ctl")).Where(address => address.Ok).Select(address => address.Value!)
        .Except([.. options.Pools.Select(pool => pool.Address), .. options.Sockets.Select(socket => socket.Address)])
        .Prepend(options.Control).Distinct();

    // The credentials of whoever connects decide, so the file opens as far as a list needs: its owner and group may
    // be none of those whom the list names.
    private static UnixSocketFile File(PoolOptions options, IEnumerable<Account> uids, IEnumerable<Account> gids)
    {
        var own = options.Uid?.Id ?? Syscall.geteuid();
        var opens = uids.Any(user => user.Id != 0 && user.Id != own) || gids.Any(group => group.Id != options.Gid?.Id);
        return new UnixSocketFile(
            opens ? UnixSocketFile.EverybodyMode : UnixSocketFile.DefaultMode, options.Uid?.Id, options.Gid?.Id);
    }

    private void Apply(UnixSocketFile file, ListenAddress address)
    {
        if (address.Kind == AddressKind.Path && _files.Find(one => one.Path == address.Host).Identity is { } identity)
            file.Apply(address.Host, identity);
    }

    private void Lock(ListenAddress address, PoolOptions options)
    {
        if (address.Kind != AddressKind.Path)
            return;
        var directory = Path.GetDirectoryName(address.Host)!;
        MakeDirectory(directory, options);
        if (UpFrom(directory).FirstOrDefault(UnixSocketFile.IsOpenToAll) is { } open)
        {
            throw new ZergException(
                $"{address.Host}: everybody may replace files in '{open}', and so the pool: take its write permission "
                + "from others, or set its sticky bit",
                ExitCodes.NotPermitted);
        }

        if (UnixSocketFile.IsLink(address.Host))
            throw new ZergException($"{address.Host}: a symbolic link is there", ExitCodes.NotPermitted);
        var user = options.Uid?.Id ?? Syscall.geteuid();
        _locks.Add(address, PathLock.TryAcquire(address.Host, user, out var holder) ?? throw new ZergException(
            $"{address.Host}: another pool serves it, pid {holder}", ExitCodes.TryAgain));
    }

    // Whoever may rename one of them replaces all that is below it.
    private static IEnumerable<string> UpFrom(string directory)
    {
        for (string? at = directory; at is not null; at = Path.GetDirectoryName(at))
            yield return at;
    }

    private Socket Bind(ListenAddress address, UnixSocketFile file)
    {
        using var bound = ListeningSocket.Bind(address.Resolve()[0], address, Backlog, file);
        var number = SyscallException.Check(
            Libc.fcntl(bound.Descriptor.Number, Libc.F_DUPFD_CLOEXEC, 3), "fcntl F_DUPFD_CLOEXEC");
        var socket = new Socket(new SafeSocketHandle(number, ownsHandle: true));
        _sockets.Add(socket);
        if (address.Kind == AddressKind.Path)
            _files.Add((address.Host, UnixSocketFile.IdentityOf(address.Host, bound.Descriptor)));
        return socket;
    }

    // Only the last part, as mkdir does: /run/zerg is made, a misspelt tree is not.
    private static void MakeDirectory(string directory, PoolOptions options)
    {
        const FilePermissions mode = FilePermissions.S_IRWXU | FilePermissions.S_IRGRP | FilePermissions.S_IXGRP
            | FilePermissions.S_IROTH | FilePermissions.S_IXOTH;
        if (!Directory.Exists(directory))
            NewDirectory.Make(directory, mode, options.Uid?.Id, options.Gid?.Id);
    }
}
