using Mono.Unix.Native;
using Zerg.Posix;

namespace Zerg.Programs;

/// <summary>
/// The stream beneath a log file, which can be opened anew between two lines. A line is one write(2), so that those of
/// several processes do not tear; one that finds no room is counted, and what it left half behind is ended.
/// </summary>
internal sealed class LogStream(string path) : Stream
{
    private readonly MemoryStream _line = new();
    private FileDescriptor _file = LogFile.OpenForAppending(path);
    private bool _torn;

    /// <summary>Lines that could not be written, and why the last of them could not.</summary>
    public (int Count, string Reason) Lost { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Goes on in the file that the path leads to now, which is created if need be.</summary>
    /// <exception cref="SyscallException">It cannot be opened: the file of before is written on.</exception>
    public void Reopen()
    {
        var anew = LogFile.OpenForAppending(path, OpenFlags.O_CREAT);
        _file.Dispose();
        (_file, _torn) = (anew, false);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_torn && _line.Length == 0)
            _line.WriteByte((byte)'\n');
        _line.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        var line = _line.GetBuffer().AsSpan(0, (int)_line.Length);
        if (line.IsEmpty)
            return;
        var written = PlainIO.Write(_file.Number, line, out var errno);
        if (written < line.Length)
            Lost = (Lost.Count + 1, SyscallException.Describe(errno));
        _torn = written < line.Length && (written > 0 || _torn);
        _line.SetLength(0);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        _line.Dispose();
        base.Dispose(disposing);
    }
}
