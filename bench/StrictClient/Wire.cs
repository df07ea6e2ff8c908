using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Zerg.StrictClient;

/// <summary>One connection worker's socket and receive buffer, used again for each of its connections.</summary>
internal sealed class Wire(EndPoint target, int bufferBytes, int? receiveBufferBytes = null)
{
    private const long Unarmed = 0;
    private const long HasExpired = -1;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(bufferBytes);
    private Socket? _socket;
    private int _start;
    private int _end;
    private long _deadline;

    public bool IsOpen => _socket is not null;

    public bool Expired => Volatile.Read(ref _deadline) == HasExpired;

    public int LocalPort { get; private set; }

    public ReadOnlyMemory<byte> Unread => _buffer.AsMemory(_start, _end - _start);

    public async ValueTask ConnectAsync()
    {
        _start = _end = LocalPort = 0;
        var isUnix = target.AddressFamily == AddressFamily.Unix;
        var protocol = isUnix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(target.AddressFamily, SocketType.Stream, protocol);
        _socket = socket;
        if (!isUnix)
            socket.NoDelay = true;
        if (receiveBufferBytes is { } bytes)
            socket.ReceiveBufferSize = bytes;
        await socket.ConnectAsync(target);
        LocalPort = socket.LocalEndPoint is IPEndPoint local ? local.Port : 0;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        while (data.Length > 0)
            data = data[await _socket!.SendAsync(data)..];
    }

    /// <summary>Receives more behind what is unread; 0 at the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start > 0 && _end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            throw new LossException(LossKind.BadReply, $"a head or frame above {_buffer.Length} bytes");
        var count = await _socket!.ReceiveAsync(_buffer.AsMemory(_end));
        _end += count;
        return count;
    }

    public void Advance(int count) => _start += count;

    /// <summary>Whether the peer has sent something, or closed, without being asked.</summary>
    public bool IsReadable() => _start < _end || _socket!.Poll(0, SelectMode.SelectRead);

    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _start = _end = 0;
        Volatile.Write(ref _deadline, Unarmed);
    }

    /// <summary>Gives what follows a time to end in, instead of the time given before.</summary>
    public void Arm(TimeSpan timeout) =>
        SetDeadline(Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency));

    public void Disarm() => SetDeadline(Unarmed);

    /// <summary>Called by the run's watchdog: cutting the socket ends whatever the worker awaits.</summary>
    public void CheckDeadline(long now)
    {
        var socket = _socket;
        var deadline = Volatile.Read(ref _deadline);
        if (deadline > 0 && now > deadline
            && Interlocked.CompareExchange(ref _deadline, HasExpired, deadline) == deadline)
        {
            socket?.Dispose();
        }
    }

    private void SetDeadline(long deadline)
    {
        if (Interlocked.Exchange(ref _deadline, deadline) == HasExpired)
        {
            Volatile.Write(ref _deadline, HasExpired);
            throw new LossException(LossKind.Timeout, "the response came too late");
        }
    }
}
