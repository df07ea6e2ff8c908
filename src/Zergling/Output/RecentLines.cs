using System.Text;

namespace Zergling.Output;

/// <summary>The last lines of a worker, for the report of its failure.</summary>
internal sealed class RecentLines
{
    private const int MaxLines = 20;

    // All of them fit one frame of a session, whatever the worker wrote.
    private const int MaxBytes = 1024;

    private readonly Queue<string> _lines = new(MaxLines);

    public void Add(ReadOnlySpan<byte> line)
    {
        if (_lines.Count == MaxLines)
            _lines.Dequeue();
        _lines.Enqueue(Encoding.UTF8.GetString(line[..Math.Min(line.Length, MaxBytes)]));
    }

    public IReadOnlyList<string> ToList() => [.. _lines];
}
