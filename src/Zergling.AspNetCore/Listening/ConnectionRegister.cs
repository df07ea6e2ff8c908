using System.Collections.Concurrent;
using System.Net;
using Zerg;
using Zergling.AspNetCore.Watching;

namespace Zergling.AspNetCore.Listening;

/// <summary>The open connections that came through the pool's sockets, and whether they are being drained.</summary>
internal sealed class ConnectionRegister(TimeProvider time)
{
    private readonly ConcurrentDictionary<TrackedConnection, byte> _open = new();
    private readonly DateTimeOffset _origin = time.GetUtcNow() - time.GetElapsedTime(0);
    private volatile bool _draining;
    private volatile OpenConnections? _remains;
    private int _count;

    /// <summary>Every response is to be the last of its connection.</summary>
    public bool IsDraining => _draining;

    /// <summary>How many connections are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many requests are in flight on them.</summary>
    public int Requests => _open.Sum(entry => entry.Key.Requests);

    /// <summary>Counts what they are answered; null where nobody wants to know.</summary>
    public ResponseCounter? Responses { get; init; }

    public TimeProvider Time => time;

    /// <summary>Milliseconds on a clock that only goes forward.</summary>
    public long Now => (long)time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Those open at about this moment.</summary>
    public IEnumerable<TrackedConnection> Open => _open.Select(entry => entry.Key);

    public void BeginDrain() => _draining = true;

    /// <summary>What is open now is ended by force: the last word on what was waited for.</summary>
    public void BeginForce() => _remains = Look() with { Forced = true };

    /// <summary>What a drain still waits for; null when that is nothing.</summary>
    public OpenConnections? Remains() => _remains ?? (Count > 0 ? Look() : null);

    /// <summary>Connections stay open again; those that were asked to end do.</summary>
    public void EndDrain() => _draining = false;

    public void Add(TrackedConnection connection)
    {
        if (_open.TryAdd(connection, 0))
            Interlocked.Increment(ref _count);
    }

    public void Remove(TrackedConnection connection)
    {
        if (_open.TryRemove(connection, out _))
            Interlocked.Decrement(ref _count);
    }

    private OpenConnections Look() => OpenConnections.Of(
        [
            .. Open.Select(one => new OpenConnection(
                one.Protocol, one.RemoteEndPoint is IPEndPoint ip ? ip.ToString() : "unix",
                _origin.AddMilliseconds(one.Accepted))),
        ]);
}
