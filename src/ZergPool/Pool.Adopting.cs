using Zerg.Posix;
using ZergPool.Listening;
using ZergPool.Recovering;

namespace ZergPool;

/// <content>
/// Sockets that another server listens on as well. Until it is gone they are looked at often, since a server that
/// stops may spoil them for everybody or unlink their paths, and at once when one of its processes ends.
/// </content>
internal sealed partial class Pool
{
    private const string FormerServer = "the server that it was adopted from";

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(100);

    private readonly List<RemovalWatch> _removals = [];
    private ITimer? _glances;

    private void BeginSharing()
    {
        var shared = _table.Shared;
        if (shared.Count == 0)
            return;
        foreach (var process in _table.Formers)
            Watch(process);
        foreach (var socket in shared)
            Share(socket);
        foreach (var (path, why) in _table.LoosePaths)
            Log.NoSpare(_log, path, why);
        _glances = _time.CreateTimer(_ => Events.TryWrite(new PoolEvent.Glanced()), null, s_glance, s_glance);
        LookForFormers();
    }

    private void Share(PoolSocket socket)
    {
        var path = socket.Spec.Address.ToString();
        Log.Adopted(_log, path, socket.AdoptedFrom!);
        foreach (var found in _guard.Check(socket, out _))
            Log.SetRight(_log, path, found);
        if (socket.File is null)
            return;
        if (RemovalWatch.Of(path) is not { } watch)
            return;
        _removals.Add(watch);
        Poller.Add(watch.Descriptor, () =>
        {
            if (watch.Read())
                Events.TryWrite(new PoolEvent.Glanced());
        });
    }

    private void FormerEnded(ProcessHandle process)
    {
        Guard($"pid {process.Pid}, {FormerServer}", _table.Shared);
        LookForFormers();
    }

    private void LookForFormers()
    {
        if (_glances is null)
            return;
        var (came, gone) = _table.LookForFormers();
        foreach (var process in came)
            Watch(process);
        foreach (var process in gone)
            Unwatch(process.Descriptor);

        if (_table.Formers.Count == 0)
            Inherit();
        else if (came.Count + gone.Count == 0)
            return;
        WriteRecords();
    }

    private void Inherit()
    {
        // The last of them may have removed a path since the look before, and now nobody will any more.
        Guard(FormerServer, _table.Shared);
        foreach (var socket in _table.Shared)
        {
            socket.Inherit();
            Log.Inherited(_log, socket.Spec.Address.ToString());
        }

        EndSharing();
    }

    // The next pool cannot tell them from zerglings, who hold the sockets as well.
    private IReadOnlyList<RecordedProcess>? RecordedFormers()
    {
        var formers = from process in _table.Formers
                      let started = ProcessTable.Started(process.Pid)
                      where started is not null && process.IsAlive
                      select new RecordedProcess(process.Pid, started.Value);
        return _table.Formers.Count == 0 ? null : [.. formers];
    }

    private void EndSharing()
    {
        _glances?.Dispose();
        _glances = null;
        foreach (var watch in _removals)
            Unwatch(watch.Descriptor);
        _removals.Clear();
    }

    // On the poller's thread, which may be reading it now.
    private void Unwatch(FileDescriptor descriptor) => Poller.Post(() =>
    {
        Poller.Remove(descriptor);
        descriptor.Dispose();
    });
}
