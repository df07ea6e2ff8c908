namespace Zerg.StrictClient;

/// <summary>Follows an HTTP/1.1 response body to its exact end, from pieces of any size.</summary>
internal sealed class BodyDecoder
{
    private const int MaxPrefix = 64;

    private readonly byte[] _prefix = new byte[MaxPrefix];
    private readonly ChunkedDecoder _chunks = new();
    private bool _isChunked;
    private long _left;

    public long Length { get; private set; }

    /// <summary>Whether only the end of the connection ends the body.</summary>
    public bool EndsAtClose { get; private set; }

    /// <summary>The first bytes of the body, enough for a number.</summary>
    public ReadOnlySpan<byte> Prefix => _prefix.AsSpan(0, (int)Math.Min(MaxPrefix, Length));

    public void Begin(ResponseHead head)
    {
        Length = 0;
        EndsAtClose = false;
        _isChunked = false;
        _left = head.ContentLength ?? 0;
        if (head.Status is 204 or 304)
        {
            _left = 0;
        }
        else if (head.IsChunked)
        {
            _isChunked = true;
            _chunks.Reset();
        }
        else if (head.ContentLength is null)
        {
            EndsAtClose = head.Closes
                ? true
                : throw new LossException(LossKind.BadReply, "a body with no length on a connection that stays open");
            _left = long.MaxValue;
        }
    }

    /// <summary>Takes what belongs to the body; true at its end.</summary>
    public bool Consume(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        if (!_isChunked)
        {
            consumed = (int)Math.Min(_left, input.Length);
            Keep(input[..consumed]);
            _left -= consumed;
            return _left == 0;
        }

        while (consumed < input.Length)
        {
            var isDone = _chunks.Consume(input[consumed..], out var used, out var data);
            Keep(data);
            consumed += used;
            if (isDone)
                return true;
        }

        return false;
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (Length < MaxPrefix)
            data[..(int)Math.Min(data.Length, MaxPrefix - Length)].CopyTo(_prefix.AsSpan((int)Length));
        Length += data.Length;
    }
}
