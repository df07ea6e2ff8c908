using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Zerg.Posix;
using ZergPool.Upgrading;

namespace ZergPool.Control;

/// <summary>One order: a line of JSON, and the answer to it.</summary>
internal sealed class ControlConnection : IDisposable
{
    private const int MaxRequest = 16 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lastPatience = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly long _started;
    private readonly byte[] _buffer = new byte[MaxRequest];
    private int _filled;

    public ControlConnection(Socket socket, PeerCredentials peer)
        : this(socket, peer, Stopwatch.GetTimestamp())
    {
    }

    private ControlConnection(Socket socket, PeerCredentials peer, long started)
    {
        _socket = socket;
        _started = started;
        Peer = peer;
    }

    /// <summary>Who connected.</summary>
    public PeerCredentials Peer { get; }

    /// <summary>Whether the order has been read.</summary>
    public bool IsRead { get; private set; }

    /// <summary>Whether something of the answer may have been written.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>Set by the owner loop.</summary>
    public TaskCompletionSource<ControlReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads the order, or null where it is none. An interrupted read can be taken up again.</summary>
    public async Task<ControlRequest?> ReadAsync(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var rest = s_patience - Stopwatch.GetElapsedTime(_started);
        patience.CancelAfter(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        while (_filled < _buffer.Length && !_buffer.AsSpan(0, _filled).Contains((byte)'\n'))
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), patience.Token);
            _filled += count;
            if (count == 0)
                break;
        }

        IsRead = true;
        return ControlRequest.Read(_buffer.AsSpan(0, _filled));
    }

    /// <summary>Writes the answer, all of it: the patience with its reader is short once it is told to freeze.</summary>
    public async Task WriteAsync(ControlReply reply, CancellationToken freeze)
    {
        IsAnswered = true;
        using var patience = new CancellationTokenSource(s_patience);
        await using var hurry = freeze.Register(() => patience.CancelAfter(s_lastPatience));
        var json = JsonSerializer.SerializeToUtf8Bytes(reply, ControlJson.Default.ControlReply);
        ReadOnlyMemory<byte> data = (byte[])[.. json, (byte)'\n'];
        while (!data.IsEmpty)
            data = data[await _socket.SendAsync(data, patience.Token)..];
    }

    /// <summary>Hands over what was interrupted.</summary>
    public OrderState Freeze(Bequest bequest) => new()
    {
        Descriptor = bequest.Add(_socket.SafeHandle),
        Peer = Peer,
        Started = _started,
        Received = Reply.Task.IsCompleted ? null : _buffer[.._filled],
        Answer = Reply.Task.IsCompleted ? Reply.Task.Result : null,
    };

    /// <summary>Takes one over.</summary>
    public static ControlConnection Thaw(OrderState state, Inheritance inheritance)
    {
        var connection = new ControlConnection(
            inheritance.ClaimSocket(state.Descriptor), state.Peer, state.Started)
        { IsRead = state.Received is null };
        if (state.Received is { } received && received.Length <= MaxRequest)
        {
            received.CopyTo(connection._buffer, 0);
            connection._filled = received.Length;
        }

        if (state.Answer is { } answer)
            connection.Reply.SetResult(answer);
        return connection;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
