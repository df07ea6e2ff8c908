using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Zerg.Configuration;
using ZergPool.Control;
using ZergPool.Listening;
using ZergPool.Metrics;

namespace ZergPool;

/// <summary>Where zerglings and orders come in: everything that accepts connections of the pool's own sockets.</summary>
internal sealed class Entrances
{
    private readonly OwnSockets _own;
    private readonly Pool _pool;
    private readonly List<(ListenAddress Pool, Socket Socket)> _waiting = [];
    private Task _running = Task.CompletedTask;
    private Task _metrics = Task.CompletedTask;
    private CancellationToken _freeze;
    private CancellationTokenSource? _scraping;

    public Entrances(OwnSockets own, Pool pool, ILogger log)
    {
        _pool = pool;
        _own = own;
        Controls = [.. own.Controls.Select(listener => new ControlServer(listener, pool, log))];
    }

    public IReadOnlyList<ControlServer> Controls { get; }

    /// <summary>Connections that wait for a place among the handshakes, once everything is frozen.</summary>
    public IReadOnlyList<(ListenAddress Pool, Socket Socket)> Waiting => _waiting;

    /// <summary>Takes over a connection that waits, before the entrances open.</summary>
    public void Adopt(ListenAddress pool, Socket socket) => _waiting.Add((pool, socket));

    /// <summary>Opens all of them, until they are told to freeze.</summary>
    public void Open(CancellationToken freeze)
    {
        (ListenAddress Pool, Socket Socket)[] waiting = [.. _waiting];
        _waiting.Clear();
        _running = Task.WhenAll([
            .. Controls.Select(control => control.RunAsync(freeze)),
            .. _own.Pools.Select(own => AttachAsync(
                own.Pool.Address, own.Listener, [.. waiting.Where(one => one.Pool == own.Pool.Address).Select(one => one.Socket)], freeze)),
        ]);
        _freeze = freeze;
        OpenMetrics();
    }

    /// <summary>Opens where metrics are asked for, in the place of where they were.</summary>
    public void OpenMetrics()
    {
        _scraping?.Cancel();
        _scraping?.Dispose();
        _scraping = CancellationTokenSource.CreateLinkedTokenSource(_freeze);
        if (_own.Metrics is { } socket)
            _metrics = Task.WhenAll(_metrics, new MetricsServer(socket.Listener, _pool).RunAsync(_scraping.Token));
    }

    /// <summary>Done once everything is frozen: what came in has been posted to the owner loop, or waits.</summary>
    public Task FrozenAsync() => Task.WhenAll(_running, _metrics);

    private async Task AttachAsync(ListenAddress pool, Socket listener, IReadOnlyList<Socket> waiting, CancellationToken freeze)
    {
        var pending = new Queue<Socket>(waiting);
        try
        {
            while (true)
            {
                // In this order: who only waits for a connection must not hold a slot that another pool needs.
                if (pending.Count == 0)
                    pending.Enqueue(await Accepting.NextAsync(listener, _pool, freeze));
                await _pool.HandshakeSlotAsync(freeze);
                _pool.Events.TryWrite(new PoolEvent.Connected(pool, pending.Dequeue()));
            }
        }
        catch (OperationCanceledException)
        {
            lock (_waiting)
                _waiting.AddRange(pending.Select(socket => (pool, socket)));
        }
    }
}
