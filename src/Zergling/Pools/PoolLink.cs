using System.Threading.Channels;
using Zerg;

namespace Zergling.Pools;

/// <summary>
/// A session with one pool: its orders become events of the owner loop, and what the loop says is sent in its order
/// by a task of its own, since a pool that does not read must not hold up the loop.
/// </summary>
internal sealed class PoolLink : IAsyncDisposable
{
    private readonly ZergClient _client;
    private readonly CancellationTokenSource _closed = new();
    private readonly Channel<Func<Task>> _outgoing = Channel.CreateUnbounded<Func<Task>>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly List<ZergSocket> _sockets;
    private Task _receiving = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;

    public PoolLink(string address, ZergClient client)
    {
        Address = address;
        _client = client;
        _sockets = [.. client.Sockets];
    }

    public string Address { get; }

    /// <summary>A real uWSGI, which keeps no session.</summary>
    public bool IsPlain => _client.IsPlain;

    /// <summary>The sockets of this pool as they are now.</summary>
    public IReadOnlyList<ZergSocket> Sockets => _sockets;

    /// <summary>It was told that the release failed, and has not answered yet with its order to stop.</summary>
    public bool OwesStop { get; set; }

    /// <summary>Begins to follow orders.</summary>
    public void Begin(ChannelWriter<LauncherEvent> events)
    {
        _sending = SendAsync();
        if (!IsPlain)
            _receiving = ReceiveAsync(events);
    }

    public void Ready() => Post(() => _client.ReadyAsync(_closed.Token));

    public void Report(ZergReport report) => Post(() => _client.ReportAsync(report, _closed.Token));

    public void Failed(string reason, IReadOnlyList<string> output)
    {
        OwesStop = !IsPlain;
        Post(() => _client.FailedAsync(reason, output, _closed.Token));
    }

    public void Bye(string reason) => Post(() => _client.ByeAsync(reason, _closed.Token));

    /// <summary>Takes sockets that came, in place of those of the same name, and lets go of others.</summary>
    public void Change(ZergOrder.Sockets change)
    {
        foreach (var name in change.Removed.Concat(change.Added.Select(socket => socket.Name)).Distinct())
            Replace(name, change.Added.LastOrDefault(socket => socket.Name == name));
    }

    /// <summary>Sends what is still to be sent, and ends the session.</summary>
    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.Complete();
        await _sending;
        await _closed.CancelAsync();
        await _receiving;
        await _client.DisposeAsync();
        _sockets.ForEach(socket => socket.Dispose());
        _closed.Dispose();
    }

    private void Replace(string name, ZergSocket? socket)
    {
        var index = _sockets.FindIndex(held => held.Name == name);
        if (index >= 0)
        {
            _sockets[index].Dispose();
            _sockets.RemoveAt(index);
        }

        if (socket is not null)
            _sockets.Insert(index < 0 ? _sockets.Count : index, socket);
    }

    private void Post(Func<Task> send) => _outgoing.Writer.TryWrite(send);

    private async Task SendAsync()
    {
        await foreach (var send in _outgoing.Reader.ReadAllAsync())
            await send();
    }

    private async Task ReceiveAsync(ChannelWriter<LauncherEvent> events)
    {
        try
        {
            await foreach (var order in _client.OrdersAsync(_closed.Token))
                events.TryWrite(new LauncherEvent.Ordered(this, order));
            events.TryWrite(new LauncherEvent.PoolGone(this));
        }
        catch (OperationCanceledException)
        {
            // We are leaving.
        }
    }
}
