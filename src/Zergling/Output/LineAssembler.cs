namespace Zergling.Output;

/// <summary>Cuts a stream of bytes into lines; one longer than the limit comes in pieces.</summary>
internal sealed class LineAssembler
{
    /// <summary>The longest line that is passed on whole.</summary>
    public const int MaxLine = 16 * 1024;

    private readonly byte[] _partial = new byte[MaxLine];
    private int _filled;

    /// <summary>Receives a line without its end.</summary>
    public delegate void LineHandler(ReadOnlySpan<byte> line);

    /// <summary>A line was cut into pieces.</summary>
    public bool HasCut { get; private set; }

    /// <summary>Takes the bytes that came, and hands on the lines that they complete.</summary>
    public void Feed(ReadOnlySpan<byte> data, LineHandler line)
    {
        while (!data.IsEmpty)
        {
            var end = data.IndexOf((byte)'\n');
            var taken = Math.Min(end < 0 ? data.Length : end, MaxLine - _filled);
            data[..taken].CopyTo(_partial.AsSpan(_filled));
            _filled += taken;
            if (taken == end)
            {
                Emit(line);
                data = data[(end + 1)..];
                continue;
            }

            data = data[taken..];
            if (_filled == MaxLine && !data.IsEmpty)
            {
                HasCut = true;
                Emit(line);
            }
        }
    }

    /// <summary>Hands on what has no end of line yet.</summary>
    public void Flush(LineHandler line)
    {
        if (_filled > 0)
            Emit(line);
    }

    private void Emit(LineHandler line)
    {
        line(_partial.AsSpan(0, _filled));
        _filled = 0;
    }
}
