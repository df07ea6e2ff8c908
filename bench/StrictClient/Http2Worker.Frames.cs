using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;

namespace Zerg.StrictClient;

internal sealed partial class Http2Worker
{
    private readonly ArrayBufferWriter<byte> _block = new();
    private Http2Frame _blockHead;
    private ResponseHead? _headInBlock;
    private bool _inBlock;
    private bool _hasSettings;
    private int _unacknowledged;

    private void ResetFrames()
    {
        _block.ResetWrittenCount();
        _inBlock = _hasSettings = false;
        _unacknowledged = 0;
    }

    private void HandleFrames()
    {
        while (TryHandleFrame())
        {
        }
    }

    private bool TryHandleFrame()
    {
        var input = Wire.Unread.Span;
        if (input.Length < Http2Frame.HeaderBytes)
            return false;
        var frame = Http2Frame.Read(input);
        if (frame.Length > Http2Frame.MaxPayload)
            throw Bad($"a frame of {frame.Length} bytes");
        if (input.Length < Http2Frame.HeaderBytes + frame.Length)
            return false;
        if (_inBlock != (frame.Type == Http2Frame.Continuation))
            throw Bad("a header block with another frame in it");
        Handle(frame, input.Slice(Http2Frame.HeaderBytes, frame.Length));
        Wire.Advance(Http2Frame.HeaderBytes + frame.Length);
        return true;
    }

    private void Handle(Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case Http2Frame.Data:
                OnData(frame, payload);
                break;
            case Http2Frame.Headers:
                _blockHead = frame;
                OnBlock(frame, Unpad(frame, payload));
                break;
            case Http2Frame.Continuation:
                OnBlock(frame, payload);
                break;
            case Http2Frame.RstStream:
                OnReset(frame.StreamId, BinaryPrimitives.ReadUInt32BigEndian(payload));
                break;
            case Http2Frame.Settings when !frame.Has(Http2Frame.Ack):
                OnSettings(payload);
                break;
            case Http2Frame.Ping when !frame.Has(Http2Frame.Ack):
                _output.Add(Http2Frame.Ping, Http2Frame.Ack, 0, payload);
                break;
            case Http2Frame.GoAway:
                _goAway = true;
                RefuseAbove((int)(BinaryPrimitives.ReadUInt32BigEndian(payload) & int.MaxValue));
                break;
            case Http2Frame.PushPromise:
                throw Bad("a push, which was turned off");
        }
    }

    private void OnSettings(ReadOnlySpan<byte> payload)
    {
        if (!_hasSettings)
            _maxStreams = uint.MaxValue;
        _hasSettings = true;
        for (; payload.Length >= 6; payload = payload[6..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(payload) == Http2Frame.MaxConcurrentStreams)
                _maxStreams = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
        }

        _output.Add(Http2Frame.Settings, Http2Frame.Ack, 0, []);
    }

    private void OnBlock(Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        _block.Write(payload);
        _inBlock = !frame.Has(Http2Frame.EndHeaders);
        if (_inBlock)
            return;
        // Every block is decoded, also that of a stream already given up: it changes the table.
        _streams.TryGetValue(_blockHead.StreamId, out var stream);
        var isHead = stream is { HasHead: false };
        _headInBlock = isHead ? stream!.Head : null;
        _hpack.Decode(_block.WrittenSpan, _onField);
        _block.ResetWrittenCount();
        if (stream is null)
            return;
        if (stream.Head.Status < 100)
            throw Bad("a response without :status");
        if (isHead && stream.Head.Status < 200)
            stream.Head.Reset();
        else
            stream.HasHead = true;
        if (_blockHead.Has(Http2Frame.EndStream))
            Finish(stream);
    }

    private void OnField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (_headInBlock is null)
            return;
        if (name.SequenceEqual(":status"u8))
            _headInBlock.Status = ParseStatus(value);
        else
            _headInBlock.Add(name, value);
    }

    private void OnData(Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        _unacknowledged += payload.Length;
        if (_unacknowledged > ConnectionWindow / 2)
        {
            _output.AddWindowUpdate(0, _unacknowledged);
            _unacknowledged = 0;
        }

        if (!_streams.TryGetValue(frame.StreamId, out var stream))
            return;
        if (!stream.HasHead)
            throw Bad("a body before its head");
        stream.Received += Unpad(frame, payload).Length;
        stream.Unacknowledged += payload.Length;
        if (frame.Has(Http2Frame.EndStream))
        {
            Finish(stream);
        }
        else if (stream.Unacknowledged > StreamWindow / 2)
        {
            _output.AddWindowUpdate(stream.Id, stream.Unacknowledged);
            stream.Unacknowledged = 0;
        }
    }

    private void OnReset(int id, uint code)
    {
        if (!_streams.Remove(id, out var stream))
            return;
        var kind = code == Http2Frame.RefusedStream ? LossKind.RefusedStream : LossKind.Reset;
        Lose(stream, kind, $"RST_STREAM with code {code}");
    }

    private void Finish(Http2Stream stream)
    {
        _streams.Remove(stream.Id);
        Tally.Response(stream.Head.Status, stream.Head.FinalRelease());
        var (declared, received) = (stream.Head.ContentLength, stream.Received);
        if (!stream.HasHead)
            Lose(stream, LossKind.ShortReply, "ended before its head");
        else if (declared is { } length && received != length && stream.Head.Status != 304)
            Lose(stream, received < length ? LossKind.ShortReply : LossKind.BadReply, $"{received} of {length} bytes");
        else if (!Options.IsGood(stream.Head.Status))
            Lose(stream, LossKind.BadReply, $"status {stream.Head.Status}");
        else if (Options.ExpectLength is { } expected && received != expected)
            Lose(stream, LossKind.WrongBody, $"a body of {received} bytes, expected {expected}");
        else
            Succeed(stream);
    }

    private void Succeed(Http2Stream stream)
    {
        Tally.Success(stream.Start);
        _spare.Push(stream);
    }

    private static ReadOnlySpan<byte> Unpad(Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        var skipped = (frame.Has(Http2Frame.Padded) ? 1 : 0)
            + (frame.Type == Http2Frame.Headers && frame.Has(Http2Frame.Priority) ? 5 : 0);
        var padding = frame.Has(Http2Frame.Padded) && !payload.IsEmpty ? payload[0] : 0;
        return skipped + padding <= payload.Length
            ? payload[skipped..^padding]
            : throw Bad("more padding than payload");
    }

    private static int ParseStatus(ReadOnlySpan<byte> value) =>
        value.Length == 3 && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : throw Bad("a :status that is no number");

    private static LossException Bad(string detail) => new(LossKind.BadReply, detail);
}
