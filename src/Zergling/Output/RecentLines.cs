using System.Text;
using Zerg.Protocol;

namespace Zergling.Output;

/// <summary>The last lines of a worker, for the report of its failure.</summary>
internal sealed class RecentLines
{
    // Of a longer line the report keeps the beginning alone.
    private const int MaxBytes = 1024;

    private readonly Queue<string> _lines = new(FrameText.MaxLines);

    private volatile string? _last;

    /// <summary>The last of them, for whoever asks from another thread; null before the first.</summary>
    public string? Last => _last;

    public void Add(ReadOnlySpan<byte> line)
    {
        if (_lines.Count == FrameText.MaxLines)
            _lines.Dequeue();
        _lines.Enqueue(_last = Encoding.UTF8.GetString(line[..Math.Min(line.Length, MaxBytes)]));
    }

    public IReadOnlyList<string> ToList() => [.. _lines];
}
