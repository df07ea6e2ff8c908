using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Zerg;
using Zerg.Posix;
using ZergPool.Roster;

namespace ZergPool.Control;

/// <summary>
/// Reads one line of JSON from each connection of a control socket, gives it to the owner loop, and writes its
/// answer as one line. Few are listened to at a time, the oldest gives way to the next one; those who may order
/// nothing have places of their own.
/// </summary>
internal sealed partial class ControlServer(
    Socket listener, ChannelWriter<PoolEvent> events, AccessList mayOrder, ILogger log)
{
    private const int MaxConnections = 32;
    private const int MaxStrangers = 4;
    private const int MaxRequest = 4096;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Serves until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var permitted = new List<(Socket Socket, Task Reading)>();
        var strangers = new List<(Socket Socket, Task Reading)>();
        while (true)
        {
            var socket = await Accepting.NextAsync(listener, cancel);
            if (PeerOf(socket) is not { } peer)
                continue;
            var (read, most) = mayOrder.Allows(peer) ? (permitted, MaxConnections) : (strangers, MaxStrangers);
            read.RemoveAll(one => one.Reading.IsCompleted);
            if (read.Count == most)
            {
                read[0].Socket.Dispose();
                read.RemoveAt(0);
            }

            var request = ReadAsync(socket, cancel);
            read.Add((socket, request));
            _ = ServeAsync(socket, peer, request, cancel);
        }
    }

    private static PeerCredentials? PeerOf(Socket socket)
    {
        try
        {
            return PeerCredentials.Of(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private async Task ServeAsync(
        Socket socket, PeerCredentials peer, Task<ControlRequest?> reading, CancellationToken cancel)
    {
        try
        {
            using (socket)
            {
                var reply = new TaskCompletionSource<ControlReply>(TaskCreationOptions.RunContinuationsAsynchronously);
                if (await reading is { } request)
                    events.TryWrite(new PoolEvent.Commanded(request, peer, reply));
                else
                    reply.SetResult(new ControlReply { ExitCode = ExitCodes.Usage, Message = "not a line of JSON" });

                var json = JsonSerializer.SerializeToUtf8Bytes(
                    await reply.Task.WaitAsync(cancel), ControlJson.Default.ControlReply);
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                patience.CancelAfter(s_patience);
                await WriteAsync(socket, (byte[])[.. json, (byte)'\n'], patience.Token);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // Whoever asked is gone or too slow; nothing depends on the answer.
            if (!cancel.IsCancellationRequested)
            {
                var reason = reading.IsCompletedSuccessfully ? "it took no answer" : "it was silent";
                Log.Dropped(log, peer.Pid, peer.Uid, reason);
            }
        }
    }

    // Over before the order is carried out: some take a minute, and the next may ask for the status.
    private static async Task<ControlRequest?> ReadAsync(Socket socket, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(s_patience);
        var buffer = new byte[MaxRequest];
        var filled = 0;
        while (filled < buffer.Length)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(filled), patience.Token);
            filled += count;
            if (count == 0 || buffer.AsSpan(0, filled).Contains((byte)'\n'))
                break;
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.AsSpan(0, filled), ControlJson.Default.ControlRequest);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task WriteAsync(Socket socket, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        while (!data.IsEmpty)
            data = data[await socket.SendAsync(data, cancel)..];
    }

    private static partial class Log
    {
        [LoggerMessage(105, LogLevel.Warning, "order of pid {Pid} uid {Uid} dropped: {Reason}")]
        public static partial void Dropped(ILogger log, int pid, uint uid, string reason);
    }
}
