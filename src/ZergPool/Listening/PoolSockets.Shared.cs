using Zerg.Configuration;
using Zerg.Posix;

namespace ZergPool.Listening;

/// <content>What was adopted, while the server that had it before runs.</content>
internal sealed partial class PoolSockets
{
    private readonly Dictionary<int, ProcessHandle> _formers = [];

    /// <summary>Sockets that a former server listens on as well.</summary>
    public IReadOnlyList<PoolSocket> Shared => [.. _sockets.Concat(_leaving).Where(socket => socket.IsShared)];

    /// <summary>The processes of former servers.</summary>
    public IReadOnlyCollection<ProcessHandle> Formers => _formers.Values;

    /// <summary>Paths that cannot be put back when a former server removes them, and why.</summary>
    public IReadOnlyList<(string Path, string Why)> LoosePaths { get; private set; } = [];

    /// <summary>Prepares for the removal of paths, as long as this process may; the options name who it will be.</summary>
    public void KeepPaths(PoolOptions options) => LoosePaths =
    [
        .. from socket in Shared
           where socket.File is not null
           let path = socket.Spec.Address.ToString()
           let why = MayNot(path, options) ?? socket.KeepPath()
           where why is not null
           select (path, why),
    ];

    /// <summary>Whether a process is one of them, or descends from one.</summary>
    public bool IsFormer(int pid) => _formers.Count > 0 && ProcessTable.Ancestry(pid).Any(_formers.ContainsKey);

    /// <summary>
    /// Looks who of them and of their descendants is there. One that this user may not look into holds it until it ends.
    /// </summary>
    /// <returns>Who is new, and who was there before; those are the caller's to dispose.</returns>
    public (IReadOnlyList<ProcessHandle> Came, IReadOnlyList<ProcessHandle> Gone) LookForFormers()
    {
        HashSet<ulong> inodes = [.. Shared.Select(socket => socket.Descriptor.Inode)];
        if (inodes.Count == 0)
            return ([], []);
        bool IsThere(int pid) => IsFormer(pid) && SocketHolders.Holds(pid, inodes) != false;
        var there = ProcessTable.All().Where(IsThere).ToHashSet();
        var gone = _formers.Values.Where(process => !there.Contains(process.Pid) || !process.IsAlive).ToList();
        gone.ForEach(process => _formers.Remove(process.Pid));
        var came = there.Where(pid => !_formers.ContainsKey(pid) && !gone.Exists(process => process.Pid == pid))
            .Select(pid => ProcessHandle.Open(pid, IsThere)).OfType<ProcessHandle>().ToList();
        came.ForEach(process => _formers.Add(process.Pid, process));
        return (came, gone);
    }

    // At first nobody else holds what is adopted now. What a pool before had adopted zerglings hold as well, so that one
    // must say who it was.
    private void FindFormers(SocketSources sources)
    {
        HashSet<ulong> fresh = [.. Shared.Select(socket => socket.Descriptor.Inode).Where(inode => !sources.IsRecorded(inode))];
        var holders = fresh.Count == 0 ? [] : SocketHolders.Of(fresh).Where(pid => pid != Environment.ProcessId)
            .Select(pid => ProcessHandle.Open(pid, one => SocketHolders.Holds(one, fresh) == true)).OfType<ProcessHandle>();
        var recorded = _sockets.Exists(socket => socket.IsShared || !socket.IsHeld) ? sources.Formers() : [];
        foreach (var process in holders.Concat(recorded))
        {
            if (!_formers.TryAdd(process.Pid, process))
                process.Dispose();
        }

        if (_formers.Count > 0)
            return;
        foreach (var socket in Shared)
        {
            socket.RestorePath();
            socket.Inherit();
        }
    }

    private static string? MayNot(string path, PoolOptions options)
        => options is { Uid: { } uid, Gid: { } gid } && !FileAccessCheck.MayRename(path, uid.Id, gid.Id, uid.Name)
            ? $"'{uid}' may not rename a file there" : null;
}
