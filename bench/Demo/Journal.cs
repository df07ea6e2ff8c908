using System.Diagnostics;

namespace Zerg.Demo;

/// <summary>What happened, in order.</summary>
internal sealed class Journal
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly List<JournalEntry> _entries = [];
    private readonly Lock _gate = new();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void Add(string text, Tone tone = Tone.Plain)
    {
        lock (_gate)
            _entries.Add(new JournalEntry(Elapsed, text, tone));
    }

    /// <summary>The entries from a number on.</summary>
    public IReadOnlyList<JournalEntry> From(int first)
    {
        lock (_gate)
            return [.. _entries.Skip(first)];
    }

    /// <summary>The newest entries, oldest of them first.</summary>
    public IReadOnlyList<JournalEntry> Last(int count)
    {
        lock (_gate)
            return [.. _entries.TakeLast(count)];
    }
}
