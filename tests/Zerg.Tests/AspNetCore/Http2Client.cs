using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zerg.Tests.AspNetCore;

/// <summary>HTTP/2 frames by hand: it sends each request once and reports what became of it.</summary>
internal sealed class Http2Client : IDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    private const byte WindowUpdate = 8;
    private const byte EndStream = 1;

    private readonly NetworkStream _stream;
    private readonly SemaphoreSlim _turn = new(1);
    private int _next = 1;

    private Http2Client(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Streams asked for and not answered to the end.</summary>
    public ConcurrentDictionary<int, byte> Open { get; } = new();

    /// <summary>The last stream ids of the GOAWAY frames so far.</summary>
    public List<int> GoAways { get; } = [];

    public int Answered { get; private set; }

    /// <summary>As every client must; one that does not is not waited for for ever.</summary>
    public bool AnswersPings { get; init; } = true;

    public static async Task<Http2Client> ConnectAsync(int port, CancellationToken cancel, bool answersPings = true)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
        var client = new Http2Client(socket) { AnswersPings = answersPings };
        await client._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), cancel);
        await client.SendAsync(Settings, 0, 0, [], cancel);

        // Room for all that is answered: at the 64 KiB of the beginning a busy connection would come to a stand.
        await client.SendAsync(WindowUpdate, 0, 0, [0x40, 0, 0, 0], cancel);
        return client;
    }

    public async Task AskAsync(string path, CancellationToken cancel)
    {
        // HPACK without a table: GET and http are indexed, the path and the authority literal (RFC 7541, 6.2.2).
        byte[] block = [0x82, 0x86, 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x01, 1, (byte)'x'];
        Open.TryAdd(_next, 0);
        await SendAsync(Headers, 0x5, _next, block, cancel);
        _next += 2;
    }

    /// <summary>Asks, unless it has been told that no more is wanted; for one that reads at the same time.</summary>
    public async Task<bool> TryAskAsync(string path, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            if (GoAways.Count > 0)
                return false;
            await AskAsync(path, cancel);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>One byte more for all streams.</summary>
    public Task GrantAsync(CancellationToken cancel) => SendAsync(WindowUpdate, 0, 0, [0, 0, 0, 1], cancel);

    /// <summary>Reads one frame; false at the end of the stream.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancel)
    {
        var header = new byte[9];
        if (await _stream.ReadAtLeastAsync(header, 9, throwOnEndOfStream: false, cancel) < 9)
            return false;
        var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
        await _stream.ReadExactlyAsync(payload, cancel);
        await _turn.WaitAsync(cancel);
        try
        {
            await HandleAsync(header, payload, cancel);
        }
        finally
        {
            _turn.Release();
        }

        return true;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _turn.Dispose();
    }

    private async Task HandleAsync(byte[] header, byte[] payload, CancellationToken cancel)
    {
        var stream = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
        switch (header[3])
        {
            case Settings when header[4] == 0:
                await SendAsync(Settings, 1, 0, [], cancel);
                break;
            case Ping when header[4] == 0 && AnswersPings:
                await SendAsync(Ping, 1, 0, payload, cancel);
                break;
            case GoAway:
                GoAways.Add(BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            case Data or Headers when (header[4] & EndStream) != 0:
                Open.TryRemove(stream, out _);
                Answered++;
                break;
            case Reset:
                throw new AssertionException($"stream {stream} was reset");
        }
    }

    private async Task SendAsync(byte type, byte flags, int stream, byte[] payload, CancellationToken cancel)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, (payload.Length << 8) | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await _stream.WriteAsync(frame, cancel);
    }
}
