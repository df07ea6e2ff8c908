using Zerg.Posix;

namespace Zergling.Output;

/// <summary>
/// Writes whole lines to a descriptor, as many in one write(2) as a pipe takes without tearing them (PIPE_BUF).
/// It waits for a slow reader, and drops everything once there is none.
/// </summary>
internal sealed class LineWriter(int descriptor)
{
    private const int PipeBuf = 4096;

    private readonly byte[] _batch = new byte[LineAssembler.MaxLine + PipeBuf];
    private int _filled;
    private bool _readerGone;

    /// <summary>Adds a line to the batch.</summary>
    public void Write(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> line)
    {
        var length = prefix.Length + line.Length + 1;
        if (_filled + length > PipeBuf)
            Flush();
        prefix.CopyTo(_batch.AsSpan(_filled));
        line.CopyTo(_batch.AsSpan(_filled + prefix.Length));
        _batch[_filled + length - 1] = (byte)'\n';
        _filled += length;
    }

    /// <summary>Writes the batch.</summary>
    public void Flush()
    {
        if (!_readerGone)
            _readerGone = !PlainIO.WriteAll(descriptor, _batch.AsSpan(0, _filled));
        _filled = 0;
    }
}
