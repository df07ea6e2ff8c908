namespace Zerg.StrictClient;

/// <summary>The chunked coding of RFC 9112, section 7.1; extensions and trailers are passed over.</summary>
internal sealed class ChunkedDecoder
{
    private State _state;
    private long _size;
    private int _digits;
    private bool _lineIsEmpty;

    private enum State
    {
        Size,
        Extension,
        SizeEnd,
        Data,
        DataReturn,
        DataEnd,
        Trailer,
        TrailerEnd,
        Done,
    }

    public void Reset() => (_state, _size, _digits) = (State.Size, 0, 0);

    /// <summary>Takes one step: a byte of framing or a run of <paramref name="data"/>; true at the very end.</summary>
    public bool Consume(ReadOnlySpan<byte> input, out int consumed, out ReadOnlySpan<byte> data)
    {
        data = [];
        if (_state == State.Data)
        {
            consumed = (int)Math.Min(_size, input.Length);
            data = input[..consumed];
            _size -= consumed;
            if (_size == 0)
                _state = State.DataReturn;
            return false;
        }

        consumed = 1;
        _state = Next(input[0]);
        return _state == State.Done;
    }

    private State Next(byte value)
    {
        switch (_state)
        {
            case State.Size:
                return NextOfSize(value);
            case State.Extension:
                return value == '\r' ? State.SizeEnd : State.Extension;
            case State.SizeEnd:
                Expect(value, '\n');
                _digits = 0;
                _lineIsEmpty = true;
                return _size > 0 ? State.Data : State.Trailer;
            case State.DataReturn:
                Expect(value, '\r');
                return State.DataEnd;
            case State.DataEnd:
                Expect(value, '\n');
                return State.Size;
            case State.Trailer when value == '\r':
                return State.TrailerEnd;
            case State.Trailer:
                _lineIsEmpty = false;
                return State.Trailer;
            default:
                Expect(value, '\n');
                var wasEmpty = _lineIsEmpty;
                _lineIsEmpty = true;
                return wasEmpty ? State.Done : State.Trailer;
        }
    }

    private State NextOfSize(byte value)
    {
        if (char.IsAsciiHexDigit((char)value) && _digits < 15)
        {
            _size = _size * 16 + (value & 0xF) + (value > '9' ? 9 : 0);
            _digits++;
            return State.Size;
        }

        if (_digits == 0 || value is not ((byte)'\r' or (byte)';' or (byte)' ' or (byte)'\t'))
            throw Bad(value);
        return value == '\r' ? State.SizeEnd : State.Extension;
    }

    private static void Expect(byte value, char expected)
    {
        if (value != expected)
            throw Bad(value);
    }

    private static LossException Bad(byte value) =>
        new(LossKind.BadReply, $"bad chunk framing: unexpected byte 0x{value:x2}");
}
