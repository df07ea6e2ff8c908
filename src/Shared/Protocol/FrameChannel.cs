using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zerg.Posix;

namespace Zerg.Protocol;

/// <summary>
/// Frames and descriptors over one connected UNIX socket. One reader and one writer may use it at the same time.
/// Descriptors are received with recvmsg alone and queue in their order of arrival until a frame claims them.
/// </summary>
internal sealed class FrameChannel : IDisposable
{
    /// <summary>The version of the frames.</summary>
    public const int ProtocolVersion = 1;

    /// <summary>The longest frame, in bytes.</summary>
    public const int MaxFrame = 64 * 1024;

    // A blocked peer gets this long to take a message before it counts as gone.
    private static readonly TimeSpan s_sendPatience = TimeSpan.FromSeconds(5);

    // Nobody reads a frame as HTML: a path that is not ASCII need not take three times its length.
    private static readonly FrameJson s_writing = new(
        new JsonSerializerOptions(FrameJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly Socket _socket;
    private readonly List<FileDescriptor> _descriptors = [];
    private byte[] _buffer = new byte[1024];
    private int _filled;

    public FrameChannel(Socket socket) => _socket = socket;

    /// <summary>The connection.</summary>
    public SafeHandle Handle => _socket.SafeHandle;

    /// <summary>What has come of a frame that is not complete; nobody may be receiving meanwhile.</summary>
    public ReadOnlySpan<byte> Received => _buffer.AsSpan(0, _filled);

    /// <summary>Goes on where another channel over the same connection stopped.</summary>
    public void Restore(ReadOnlySpan<byte> received)
    {
        _buffer = new byte[Math.Max(_buffer.Length, received.Length)];
        received.CopyTo(_buffer);
        _filled = received.Length;
    }

    /// <summary>Sends bytes with descriptors attached to the first of them.</summary>
    /// <exception cref="SyscallException">The peer is gone or the kernel refused the descriptors.</exception>
    /// <exception cref="IOException">The peer does not take what is sent to it.</exception>
    public async Task SendAsync(
        ReadOnlyMemory<byte> data, IReadOnlyList<FileDescriptor> descriptors, CancellationToken cancel)
    {
        var numbers = descriptors.Select(descriptor => descriptor.Number).ToArray();
        var waited = false;
        while (!data.IsEmpty)
        {
            var sent = Ancillary.Send(_socket.SafeHandle, data.Span, numbers);
            GC.KeepAlive(descriptors);
            if (sent < 0)
            {
                if (waited)
                    throw new IOException("the peer does not read what is sent to it");

                // Rare: a full buffer. sendmsg has no asynchronous form here, so a pool thread waits, bounded. It is
                // also told of a peer that is gone, as of no room: sendmsg knows better.
                waited = !await Task.Run(() => _socket.Poll(s_sendPatience, SelectMode.SelectWrite), cancel)
                    .ConfigureAwait(false);
                continue;
            }

            waited = false;
            data = data[sent..];
            numbers = [];
        }
    }

    /// <summary>Sends one frame.</summary>
    public Task SendAsync(Frame frame, IReadOnlyList<FileDescriptor> descriptors, CancellationToken cancel)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(
            frame with { Descriptors = descriptors.Count }, s_writing.Frame);
        if (json.Length > MaxFrame)
            throw new ProtocolException($"a frame of {json.Length} bytes, at most {MaxFrame} are allowed");
        var bytes = new byte[sizeof(int) + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, json.Length);
        json.CopyTo(bytes.AsSpan(sizeof(int)));
        return SendAsync(bytes, descriptors, cancel);
    }

    /// <summary>Receives exactly <paramref name="count"/> bytes that are no frame: the greeting.</summary>
    /// <returns>The bytes, or fewer when the stream ended.</returns>
    public async Task<byte[]> ReceiveBytesAsync(int count, CancellationToken cancel)
    {
        while (_filled < count)
        {
            if (!await FillAsync(cancel).ConfigureAwait(false))
                break;
        }

        return Take(Math.Min(count, _filled));
    }

    /// <summary>Receives the next frame, or null at an orderly end of the stream.</summary>
    /// <exception cref="ProtocolException">Half a frame, one too long, or one that is no frame.</exception>
    /// <exception cref="SyscallException">The connection was reset.</exception>
    public async Task<Frame?> ReceiveAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (_filled >= sizeof(int))
            {
                var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer);
                if (length is 0 or > MaxFrame)
                    throw new ProtocolException($"a frame of {length} bytes, expected 1 to {MaxFrame}");
                if (_filled >= sizeof(int) + (int)length)
                    return Parse(Take(sizeof(int) + (int)length).AsSpan(sizeof(int)));
            }

            if (!await FillAsync(cancel).ConfigureAwait(false))
                return _filled == 0 ? null : throw new ProtocolException("the stream ended inside a frame");
        }
    }

    /// <summary>Takes the descriptors that came with a frame or with the greeting; the caller owns them.</summary>
    /// <exception cref="ProtocolException">Fewer have arrived than were announced.</exception>
    public IReadOnlyList<FileDescriptor> TakeDescriptors(int count)
    {
        if (count < 0 || count > _descriptors.Count)
            throw new ProtocolException($"{count} descriptors announced, {_descriptors.Count} received");
        var taken = _descriptors.GetRange(0, count);
        _descriptors.RemoveRange(0, count);
        return taken;
    }

    /// <summary>Closes the descriptors that nobody claimed.</summary>
    public void DropDescriptors()
    {
        _descriptors.ForEach(unclaimed => unclaimed.Dispose());
        _descriptors.Clear();
    }

    /// <summary>Ends the conversation both ways; whoever reads it sees the end.</summary>
    public void End()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It had ended already.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        DropDescriptors();
    }

    private static Frame Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, FrameJson.Default.Frame)
                ?? throw new ProtocolException("a frame of null");
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException)
        {
            throw new ProtocolException($"not a frame: {problem.Message}");
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancel)
    {
        // Grown as a frame asks for it: most sessions never send more than a few hundred bytes at once.
        if (_filled == _buffer.Length)
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 4, sizeof(int) + MaxFrame));

        int count;
        do
        {
            await ReadableAsync(cancel).ConfigureAwait(false);
            count = Ancillary.Receive(_socket.SafeHandle, _buffer.AsSpan(_filled), _descriptors);
        }
        while (count < 0);

        if (_descriptors.Count > 2 * Ancillary.MaxDescriptors)
            throw new ProtocolException($"{_descriptors.Count} descriptors that no frame claims");
        _filled += count;
        return count > 0;
    }

    // The wait itself takes the error of a connection that was reset, whose kind must not depend on who came first.
    private async Task ReadableAsync(CancellationToken cancel)
    {
        try
        {
            await _socket.ReceiveAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            throw new SyscallException("recvmsg", "", Errno.ECONNRESET);
        }
    }

    private byte[] Take(int count)
    {
        var taken = _buffer.AsSpan(0, count).ToArray();
        _buffer.AsSpan(count, _filled - count).CopyTo(_buffer);
        _filled -= count;
        return taken;
    }
}
