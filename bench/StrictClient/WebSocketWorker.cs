using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace Zerg.StrictClient;

/// <summary>
/// A WebSocket that sends a text at even intervals and wants it back. The handshake and each message are a request;
/// the end of a connection without a Close frame is a loss even when nothing was on its way.
/// </summary>
internal sealed class WebSocketWorker(LoadRun run) : LoadWorker(run, new Wire(run.Options.Target, BufferBytes))
{
    private const int BufferBytes = 16 * 1024;
    private const int MaxPayload = 125;
    private const int NoStatus = 1005;

    private readonly WebSocketHandshake _handshake = new(run.Options);
    private readonly ResponseHead _head = new(run.Tally.Releases);
    private readonly byte[] _output = new byte[MaxPayload + 8];
    private readonly byte[] _message = new byte[32];
    private int _messageBytes;
    private long _count;

    public override async Task RunAsync()
    {
        while (Run.TryStart())
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                if (Wire.IsOpen)
                    await EchoAsync(start);
                else
                    await OpenAsync(start);
            }
            catch (Exception failure)
            {
                Lose(start, failure);
                Wire.Close();
                await Run.DelayAsync(Options.LossPause);
                continue;
            }

            if (Wire.IsOpen)
                await Run.DelayAsync(Options.MessageInterval);
        }

        await EndAsync();
    }

    private async ValueTask OpenAsync(long start)
    {
        Wire.Arm(Options.RequestTimeout);
        await ConnectAsync();
        Phase = LossPhase.Send;
        await Wire.SendAsync(_handshake.Request);
        Phase = LossPhase.Headers;
        int used;
        while (!Http1Parser.TryParse(Wire.Unread.Span, _head, out used))
        {
            if (await Wire.FillAsync() == 0)
                throw EndOfStream("closed during the handshake");
        }

        Wire.Advance(used);
        Wire.Disarm();
        Tally.Response(_head.Status, _head.FinalRelease());
        WebSocketHandshake.Check(_head);
        Tally.Success(start);
    }

    private async ValueTask EchoAsync(long start)
    {
        Phase = LossPhase.Send;
        Wire.Arm(Options.RequestTimeout);
        if (!await HearAsync())
            return;
        _count++;
        _count.TryFormat(_message, out _messageBytes);
        await SendAsync(WebSocketFrame.Text, _message.AsMemory(0, _messageBytes));
        Phase = LossPhase.Body;
        while (true)
        {
            var isMessage = await ReadFrameAsync("with a message on its way");
            if (isMessage is null)
            {
                Tally.LeaveUnanswered();
                return;
            }

            if (isMessage.Value)
                break;
        }

        Wire.Disarm();
        Tally.Success(start);
    }

    /// <summary>Takes what the server said during the rest; false when it was the Close frame.</summary>
    private async ValueTask<bool> HearAsync()
    {
        while (Wire.IsReadable())
        {
            switch (await ReadFrameAsync("while idle"))
            {
                case null:
                    return false;
                case true:
                    throw new LossException(LossKind.BadReply, "a message which was not asked for");
            }
        }

        return true;
    }

    /// <summary>Takes one frame: true for the message awaited, false for a ping or pong, null for a Close.</summary>
    private async ValueTask<bool?> ReadFrameAsync(string when)
    {
        WebSocketFrame frame;
        while (!WebSocketFrame.TryRead(Wire.Unread.Span, out frame) || Wire.Unread.Length < frame.TotalBytes)
        {
            if (await Wire.FillAsync() == 0)
                throw EndOfStream($"closed without a Close frame {when}");
        }

        var payload = Wire.Unread.Slice(frame.HeaderBytes, frame.PayloadBytes);
        var isMessage = false;
        switch (frame.Opcode)
        {
            case WebSocketFrame.Text:
                isMessage = payload.Span.SequenceEqual(_message.AsSpan(0, _messageBytes))
                    ? true
                    : throw new LossException(LossKind.WrongBody, "the echo differs from the message");
                break;
            case WebSocketFrame.Ping:
                await SendAsync(WebSocketFrame.Pong, payload);
                break;
            case WebSocketFrame.Pong:
                break;
            case WebSocketFrame.Close:
                await AnswerCloseAsync(payload);
                return null;
            default:
                throw new LossException(LossKind.BadReply, $"a frame with opcode {frame.Opcode}");
        }

        Wire.Advance(frame.TotalBytes);
        return isMessage;
    }

    private async ValueTask AnswerCloseAsync(ReadOnlyMemory<byte> payload)
    {
        var code = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload.Span) : NoStatus;
        if (code is not (1000 or 1001 or 1012 or NoStatus))
            throw new LossException(LossKind.BadReply, $"a Close frame with code {code}");
        try
        {
            await SendAsync(WebSocketFrame.Close, payload[..Math.Min(2, payload.Length)]);
        }
        catch (SocketException)
        {
            // The server need not wait for the answer to its Close frame.
        }

        Tally.Reconnect();
        Wire.Close();
    }

    private async ValueTask SendAsync(byte opcode, ReadOnlyMemory<byte> payload)
    {
        var length = WebSocketFrame.Write(_output, opcode, payload.Span);
        await Wire.SendAsync(_output.AsMemory(0, length));
    }

    /// <summary>Ends the connection in good order when the load is over.</summary>
    private async ValueTask EndAsync()
    {
        if (!await IsOpenAtEndAsync())
            return;
        try
        {
            await SendAsync(WebSocketFrame.Close, new byte[] { 1000 >> 8, 1000 & 0xFF });
            while (await Wire.FillAsync() > 0)
                Wire.Advance(Wire.Unread.Length);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or LossException)
        {
            // Every message was answered: how the connection ends after that does not matter.
        }

        Wire.Close();
    }

    /// <summary>Looks a last time whether the server has gone without a word.</summary>
    private async ValueTask<bool> IsOpenAtEndAsync()
    {
        if (!Wire.IsOpen)
            return false;
        try
        {
            Phase = LossPhase.Send;
            Wire.Arm(LoadRun.CloseTimeout);
            return await HearAsync();
        }
        catch (Exception failure)
        {
            Lose(Stopwatch.GetTimestamp(), failure);
            Wire.Close();
            return false;
        }
    }

    private LossException EndOfStream(string detail) =>
        new(Wire.Unread.IsEmpty ? LossKind.EmptyReply : LossKind.ShortReply, detail);
}
