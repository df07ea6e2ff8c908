using ZergPool.Listening;

namespace ZergPool;

/// <content>The listeners are looked at every few seconds, and after whatever may have changed them.</content>
internal sealed partial class Pool
{
    private void Guard(string suspect) => Guard(suspect, _table.Sockets);

    private void Guard(string suspect, IEnumerable<PoolSocket> sockets)
    {
        foreach (var socket in sockets.Where(socket => socket.IsHeld))
        {
            try
            {
                foreach (var repaired in _guard.Check(socket, out var boundAnew))
                {
                    Log.Repaired(_log, socket.Spec.Address.ToString(), repaired, suspect);
                    _counters.Repair(socket.Spec.Name);
                    if (boundAnew)
                        Announce(socket);
                }

                _unrepaired.Remove(socket);
                WatchQueue(socket);
            }
            catch (IOException problem)
            {
                // Until it is repaired or the reason is another: who reads the log knows it now.
                if (_unrepaired.GetValueOrDefault(socket) != problem.Message)
                    Log.NotRepaired(_log, socket.Spec.Address.ToString(), problem.Message, suspect);
                _unrepaired[socket] = problem.Message;
            }
        }
    }

    // Said when the queue has become that long, not again while it is.
    private void WatchQueue(PoolSocket socket)
    {
        if (socket.Queue is not var (queued, backlog))
            return;
        if (queued * 100 < backlog * CrowdedPercent)
            _crowded.Remove(socket);
        else if (_crowded.Add(socket))
            Log.Crowded(_log, socket.Spec.Address.ToString(), queued, backlog);
    }
}
