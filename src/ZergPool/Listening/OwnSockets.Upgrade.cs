using Zerg.Configuration;
using Zerg.Posix;
using ZergPool.Metrics;
using ZergPool.Upgrading;

namespace ZergPool.Listening;

/// <content>Out of one process image and into the next.</content>
internal sealed partial class OwnSockets
{
    /// <summary>Hands over where zerglings attach, for each pool.</summary>
    public IEnumerable<(PoolSpec Pool, OwnSocketState State)> FreezePools(Bequest bequest)
        => Pools.Select(own => (own.Pool, Freeze(own.Pool.Address, own.Listener, bequest)));

    /// <summary>Hands over where orders come in.</summary>
    public IEnumerable<OwnSocketState> FreezeControls(PoolOptions options, Bequest bequest)
        => ControlAddresses(options).Zip(Controls, (address, listener) => Freeze(address, listener, bequest));

    /// <summary>Takes them over; the same ones, as the program was asked before.</summary>
    public static OwnSockets Thaw(PoolOptions options, Inheritance inheritance)
    {
        var own = new OwnSockets();
        var state = inheritance.State;
        own.Pools =
        [
            .. options.Pools.Select(pool => (pool, own.Thaw(
                pool.Address, state.Pools.Select(one => one.Socket), inheritance))),
        ];
        own.Controls =
            [.. ControlAddresses(options).Select(address => own.Thaw(address, state.Controls, inheritance))];
        if (options.Metrics is { } metrics)
        {
            own.Metrics = state.Metrics is { } known && known.Address == metrics.ToString()
                ? MetricsSocket.Thaw(known, metrics, inheritance) : MetricsSocket.Bind(metrics, options);
        }

        return own;
    }

    private OwnSocketState Freeze(ListenAddress address, System.Net.Sockets.Socket listener, Bequest bequest) => new(
        address.ToString(), bequest.Add(listener.SafeHandle),
        _locks.TryGetValue(address, out var held) ? bequest.Add(held.Descriptor) : null,
        FileState.Of(_files.Find(file => file.Path == address.Host).Identity));

    private System.Net.Sockets.Socket Thaw(
        ListenAddress address, IEnumerable<OwnSocketState> states, Inheritance inheritance)
    {
        var state = Inheritance.Same(states, one => one.Address, address.ToString());
        if (state.Lock is { } number)
            _locks.Add(address, PathLock.Inherited(inheritance.Claim(number), address.Host));
        if (address.Kind == AddressKind.Path)
            _files.Add((address.Host, state.File?.Identity));
        var socket = inheritance.ClaimSocket(state.Descriptor);
        _sockets.Add(socket);
        return socket;
    }
}
