using System.Threading.Channels;
using Zerg;

namespace Zergling.Pools;

/// <summary>
/// One pool, in all of its lives: its news become events of the owner loop, and what the loop says is sent in its order
/// by a task of its own, since a pool that does not read must not hold up the loop.
/// </summary>
internal sealed class PoolLink : IAsyncDisposable
{
    private readonly PoolFollower _follower;
    private readonly CancellationTokenSource _closed = new();
    private readonly Channel<Func<ZergClient, Task>> _outgoing = Channel.CreateUnbounded<Func<ZergClient, Task>>(
        new UnboundedChannelOptions { SingleReader = true });
    private volatile ZergClient _client;
    private volatile ZergReport _report = new(ZerglingState.Starting);
    private volatile IReadOnlyList<ZergSocket> _sockets;
    private volatile int _generation;
    private IReadOnlyList<string>? _probes;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;

    public PoolLink(string address, ZergClient client, TimeProvider time)
    {
        Address = address;
        _client = client;
        _sockets = client.Sockets;
        Workers = client.Workers == 0 ? null : client.Workers;
        _follower = new PoolFollower(client, () => new ZergStanding(_report.State, _generation, _sockets), time);
    }

    public string Address { get; }

    /// <summary>A real uWSGI, which keeps no session.</summary>
    public bool IsPlain => _client.IsPlain;

    /// <summary>The sockets of this pool as they are now.</summary>
    public IReadOnlyList<ZergSocket> Sockets => _sockets;

    /// <summary>How many workers the pool leaves; null while it does not limit them.</summary>
    public int? Workers { get; set; }

    /// <summary>It was told that the release failed, and has not answered yet with its order to stop.</summary>
    public bool OwesStop { get; set; }

    /// <summary>The generation that the workers serve in, told again to a pool that has forgotten it.</summary>
    public int Generation
    {
        set => _generation = value;
    }

    /// <summary>Begins to follow orders.</summary>
    public void Begin(ChannelWriter<LauncherEvent> events)
    {
        _sending = SendAsync();
        if (!IsPlain)
            _receiving = ReceiveAsync(events);
    }

    public void Ready(IReadOnlyList<string> probes)
    {
        _probes = probes;
        Post(client => client.ReadyAsync(probes, _closed.Token));
    }

    public void Report(ZergReport report)
    {
        _report = report;
        Post(client => client.ReportAsync(report, _closed.Token));
    }

    public void Failed(string reason, IReadOnlyList<string> output)
    {
        OwesStop = !IsPlain;
        Post(client => client.FailedAsync(reason, output, _closed.Token));
    }

    public void Bye(string reason) => Post(client => client.ByeAsync(reason, _closed.Token));

    /// <summary>Speaks to the pool that came back from now on, and says first what it must know.</summary>
    public void Return(ZergClient client)
    {
        _client = client;
        OwesStop = false;
        if (_probes is { } probes)
            Ready(probes);
        Report(_report);
    }

    /// <summary>Takes sockets that came, in place of those of the same name, and lets go of others.</summary>
    /// <returns>False when all of them are what they were.</returns>
    public bool Change(ZergOrder.Sockets change)
    {
        var sockets = _sockets.ToList();
        var changed = false;
        foreach (var name in change.Removed.Concat(change.Added.Select(socket => socket.Name)).Distinct())
            changed |= Replace(sockets, name, change.Added.LastOrDefault(socket => socket.Name == name));
        _sockets = sockets;
        return changed;
    }

    /// <summary>Sends what is still to be sent, and ends the session.</summary>
    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.Complete();
        await _sending;
        await _closed.CancelAsync();
        await _receiving;
        await _follower.DisposeAsync();
        foreach (var socket in _sockets)
            socket.Dispose();
        _closed.Dispose();
    }

    private static bool Replace(List<ZergSocket> sockets, string name, ZergSocket? socket)
    {
        var index = sockets.FindIndex(held => held.Name == name);
        var isSame = socket is null ? index < 0 : index >= 0 && sockets[index].IsSameAs(socket);
        if (index >= 0)
        {
            sockets[index].Dispose();
            sockets.RemoveAt(index);
        }

        if (socket is not null)
            sockets.Insert(index < 0 ? sockets.Count : index, socket);
        return !isSame;
    }

    private void Post(Func<ZergClient, Task> send) => _outgoing.Writer.TryWrite(send);

    private async Task SendAsync()
    {
        await foreach (var send in _outgoing.Reader.ReadAllAsync())
            await send(_client);
    }

    private async Task ReceiveAsync(ChannelWriter<LauncherEvent> events)
    {
        try
        {
            await foreach (var news in _follower.FollowAsync(_closed.Token))
                events.TryWrite(new LauncherEvent.Heard(this, news));
        }
        catch (OperationCanceledException)
        {
            // We are leaving.
        }
    }
}
