using System.Collections.Immutable;
using System.Threading.Channels;
using Zerg;
using Zergling.AspNetCore.Listening;

namespace Zergling.AspNetCore;

/// <summary>
/// The sockets of one pool, or of the launcher, and what is known of its wishes. The overseer's alone.
/// </summary>
internal sealed class Attachment : IAsyncDisposable
{
    // The latest report wins: a pool that hangs for a while need not hear of every second of it.
    private readonly Channel<(ZergReport Report, bool IsReady)> _reports =
        Channel.CreateBounded<(ZergReport, bool)>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly TimeProvider _time;
    private volatile ZergClient? _client;
    private volatile ImmutableDictionary<string, Gate> _gates = ImmutableDictionary<string, Gate>.Empty;
    private volatile ZergReport _report = new(ZerglingState.Starting);
    private volatile int _generation;
    private ZergClient? _told;
    private long _orphaned;
    private bool _isPromoted;
    private Task _reporting = Task.CompletedTask;

    public Attachment(ZergClient? client, string source, TimeProvider time)
    {
        _client = client;
        _time = time;
        Source = source;
        if (client is { IsPlain: false })
            Follower = new PoolFollower(client, Stand, time);
    }

    /// <summary>The session; null for the launcher's sockets.</summary>
    public ZergClient? Client => _client;

    /// <summary>Reads the orders, session after session; null where nobody gives any.</summary>
    public PoolFollower? Follower { get; }

    /// <summary>Where the sockets are from, for people.</summary>
    public string Source { get; }

    /// <summary>The task that follows the pool.</summary>
    public Task Following { get; set; } = Task.CompletedTask;

    public IReadOnlyDictionary<string, Gate> Gates => _gates;

    /// <summary>Nobody gives orders here: the launcher's sockets, or a plain uWSGI pool's.</summary>
    public bool IsPlain => _client is null or { IsPlain: true };

    /// <summary>The session is over, and the pool not back yet.</summary>
    public bool IsOrphan { get; private set; }

    /// <summary>For how long it has been one.</summary>
    public TimeSpan OrphanFor => _time.GetElapsedTime(_orphaned);

    /// <summary>The last order to accept or not to; null before the first.</summary>
    public bool? Wanted { get; private set; }

    public bool IsDraining { get; set; }

    /// <summary>Where the app answers before it serves; for whoever is told that it is ready.</summary>
    public IReadOnlyList<string> Probes { get; set; } = [];

    /// <summary>It was replaced, and waits in case it is gone back to.</summary>
    public bool IsAside { get; private set; }

    /// <summary>Connections are accepted as soon as the app is warm.</summary>
    public bool Accepts => !IsDraining && (_isPromoted || (Wanted ?? IsPlain));

    public void Put(Gate gate) => _gates = _gates.SetItem(gate.Socket.Name, gate);

    public void Remove(string name) => _gates = _gates.Remove(name);

    /// <summary>The pool's order to accept, in a generation, or not to, perhaps because another release does.</summary>
    public void Want(bool accept, int? generation = null, bool isAside = false)
    {
        Wanted = accept;
        IsAside = isAside;
        _isPromoted = false;
        _generation = generation ?? _generation;
    }

    public void Orphan()
    {
        IsOrphan = true;
        _orphaned = _time.GetTimestamp();
    }

    /// <summary>
    /// An orphan that was paused, or never told to accept, does in the end: nobody is there who could resume it. A
    /// standby that was never resumed is not meant to serve, and in the place of one that was replaced another does.
    /// </summary>
    public bool ServesInTheEnd(ZergMode mode)
        => IsOrphan && !IsDraining && !IsAside && (Wanted == true || mode != ZergMode.Standby);

    /// <summary>It accepts from now on without an order, and belongs to no generation then.</summary>
    public void Promote()
    {
        _isPromoted = true;
        _generation = 0;
    }

    /// <summary>Speaks to the pool that came back from now on.</summary>
    public void Return(ZergClient client)
    {
        _client = client;
        IsOrphan = false;
    }

    /// <summary>Leaves for the pool what it does not know yet; it never waits for the pool.</summary>
    public void Report(bool warm, ConnectionRegister register)
    {
        var state = IsDraining ? ZerglingState.Draining
            : !warm ? ZerglingState.Starting
            : Accepts ? ZerglingState.Accepting
            : ZerglingState.Paused;
        var report = new ZergReport(state, register.Count, register.Requests, Responses: register.Responses?.Read())
        {
            Open = IsDraining ? register.Remains() : null,
        };
        var isNews = report != _report || _told != _client;
        _report = report;
        if (_client is null || IsOrphan || !isNews)
            return;
        _told = _client;
        _reports.Writer.TryWrite((report, warm));
    }

    /// <summary>Sends the reports from now on.</summary>
    public void BeginReports() => _reporting = Task.Run(SendReportsAsync);

    /// <summary>Returns when the last one is sent.</summary>
    public Task EndReportsAsync()
    {
        _reports.Writer.TryComplete();
        return _reporting;
    }

    /// <summary>Ends the session.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Follower is not null)
            await Follower.DisposeAsync();
        else if (_client is not null)
            await _client.DisposeAsync();
    }

    private ZergStanding Stand()
        => new(_report.State, _generation, [.. _gates.Values.Select(gate => gate.Socket)]);

    private async Task SendReportsAsync()
    {
        ZergClient? readied = null;
        await foreach (var (report, isReady) in _reports.Reader.ReadAllAsync())
        {
            var client = _client!;
            if (isReady && readied != client)
            {
                readied = client;
                await client.ReadyAsync(Probes);
            }

            await client.ReportAsync(report);
        }
    }
}
