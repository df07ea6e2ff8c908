using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Zerg.StrictClient;

internal sealed partial class Http1Worker
{
    private const int ChunkBytes = 16 * 1024;

    private static readonly byte[] s_chunk = CreateChunk();

    /// <summary>Sends the body in even pieces, so that it takes about as long as the options ask for.</summary>
    private async ValueTask SendBodyAsync()
    {
        var begin = Stopwatch.GetTimestamp();
        for (long sent = 0; sent < Options.BodyBytes;)
        {
            var piece = (int)Math.Min(s_chunk.Length, Options.BodyBytes - sent);
            await Wire.SendAsync(s_chunk.AsMemory(0, piece));
            sent += piece;
            await KeepPaceAsync(begin, sent);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadBodyAsync()
    {
        var isSlow = Options.Mode == LoadMode.Download;
        var begin = Stopwatch.GetTimestamp();
        int used;
        while (!_body.Consume(Wire.Unread.Span, out used))
        {
            Wire.Advance(used);
            if (isSlow)
                await KeepPaceAsync(begin, _body.Length);
            if (await Wire.FillAsync() > 0)
                continue;
            if (_body.EndsAtClose)
                return;
            throw new LossException(LossKind.ShortReply, $"closed after {_body.Length} bytes of the body");
        }

        Wire.Advance(used);
    }

    /// <summary>The server has written or closed while nothing was asked; only a close is in order.</summary>
    private async ValueTask LeaveIdleAsync()
    {
        Phase = LossPhase.Send;
        try
        {
            if (await Wire.FillAsync() > 0)
                throw new LossException(LossKind.BadReply, "bytes which no request asked for");
            Tally.IdleClose();
        }
        catch (SocketException)
        {
            // Seen before anything was sent: worth a count of its own, but no request was lost.
            Tally.IdleReset();
        }

        Wire.Close();
    }

    /// <summary>Waits for the server's end of a connection, lest TIME_WAIT eat the client's ports.</summary>
    private async ValueTask FinishAsync()
    {
        if (Options.Mode != LoadMode.PerConnection)
            Tally.Reconnect();
        if (!_body.EndsAtClose)
        {
            Wire.Arm(LoadRun.CloseTimeout);
            try
            {
                await Wire.FillAsync();
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // The response was whole: how the connection ends after it does not matter.
            }
        }

        Wire.Close();
    }

    private async ValueTask KeepPaceAsync(long begin, long done)
    {
        var declared = Phase == LossPhase.Body ? _head.ContentLength : null;
        var due = Options.BodyTime * Math.Min(1, (double)done / Math.Max(1, declared ?? Options.BodyBytes));
        var early = due - Stopwatch.GetElapsedTime(begin);
        if (early >= TimeSpan.FromMilliseconds(1))
            await Task.Delay(early);
    }

    private static byte[] CreateChunk()
    {
        var chunk = new byte[ChunkBytes];
        chunk.AsSpan().Fill((byte)'x');
        return chunk;
    }
}
