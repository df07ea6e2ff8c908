using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Zerg.Posix;

namespace ZergPool.Control;

/// <summary>
/// Reads one line of JSON from each connection of the control socket, gives it to the owner loop, and writes its
/// answer as one line. Slow and silent peers are given up; few are listened to at a time.
/// </summary>
internal sealed class ControlServer(Socket listener, ChannelWriter<PoolEvent> events) : IDisposable
{
    private const int MaxConnections = 16;
    private const int MaxRequest = 4096;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _slots = new(MaxConnections);

    /// <summary>Serves until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _slots.WaitAsync(cancel);
            var socket = await Accepting.NextAsync(listener, cancel);
            _ = ServeAsync(socket, cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task ServeAsync(Socket socket, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            using (socket)
            {
                var request = await ReadAsync(socket, patience);
                var reply = new TaskCompletionSource<ControlReply>(TaskCreationOptions.RunContinuationsAsynchronously);
                if (request is null)
                    reply.SetResult(new ControlReply { ExitCode = Zerg.ExitCodes.Usage, Message = "not a line of JSON" });
                else
                    events.TryWrite(new PoolEvent.Commanded(request, PeerCredentials.Of(socket), reply));

                var json = JsonSerializer.SerializeToUtf8Bytes(
                    await reply.Task.WaitAsync(cancel), ControlJson.Default.ControlReply);
                patience.CancelAfter(s_patience);
                await WriteAsync(socket, (byte[])[.. json, (byte)'\n'], patience.Token);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException)
        {
            // Whoever asked is gone or too slow; nothing depends on the answer.
        }
    }

    // The slot is free again before the order is carried out: some take a minute, and the next may ask for the status.
    private async Task<ControlRequest?> ReadAsync(Socket socket, CancellationTokenSource patience)
    {
        var buffer = new byte[MaxRequest];
        var filled = 0;
        try
        {
            patience.CancelAfter(s_patience);
            while (filled < buffer.Length)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(filled), patience.Token);
                filled += count;
                if (count == 0 || buffer.AsSpan(0, filled).Contains((byte)'\n'))
                    break;
            }

            patience.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        finally
        {
            _slots.Release();
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
}
