using Zerg.Posix;

namespace Zergling.Output;

/// <summary>One output of a worker: the reading end of its pipe, passed on line by line.</summary>
internal sealed class OutputStream(
    FileDescriptor pipe, byte[] prefix, LineWriter writer, RecentLines? recent) : IDisposable
{
    private const int ReadSize = 16 * 1024;

    private readonly LineAssembler _lines = new();

    /// <summary>The pipe's reading end.</summary>
    public FileDescriptor Descriptor => pipe;

    /// <summary>A line was too long to be passed on whole.</summary>
    public bool HasCut => _lines.HasCut;

    /// <summary>Passes on what is there.</summary>
    /// <returns>False at the end of the stream.</returns>
    public bool Drain(int most = int.MaxValue)
    {
        Span<byte> buffer = stackalloc byte[ReadSize];
        for (var read = 0; read < most;)
        {
            var count = PlainIO.Read(pipe, buffer);
            if (count < 0)
                break;
            if (count == 0)
                return End();
            _lines.Feed(buffer[..count], Pass);
            read += count;
        }

        writer.Flush();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => pipe.Dispose();

    private bool End()
    {
        _lines.Flush(Pass);
        writer.Flush();
        return false;
    }

    private void Pass(ReadOnlySpan<byte> line)
    {
        recent?.Add(line);
        writer.Write(prefix, line);
    }
}
