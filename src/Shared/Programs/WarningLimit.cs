namespace Zerg.Programs;

/// <summary>
/// How many warnings of one kind are written: a peer or a worker that causes them again and again does not fill the
/// disk. What is left out is counted, and told with the next one that is written.
/// </summary>
internal sealed class WarningLimit(TimeProvider time)
{
    /// <summary>So many of a kind in a minute.</summary>
    public const int Most = 1000;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    private readonly Dictionary<int, (long Since, int Count)> _kinds = [];

    /// <summary>The text as it is to be written, or null when it is one too many.</summary>
    public string? Pass(int kind, string text)
    {
        lock (_kinds)
        {
            var (since, count) = _kinds.GetValueOrDefault(kind, (time.GetTimestamp(), 0));
            var isOver = time.GetElapsedTime(since) >= s_window;
            _kinds[kind] = isOver ? (time.GetTimestamp(), 1) : (since, count + 1);
            return isOver ? $"{text}{(count > Most ? $" ({count - Most} like it were not written before this one)" : "")}"
                : count + 1 < Most ? text
                : count + 1 == Most ? $"{text} (more like it are counted, not written, until a minute is over)"
                : null;
        }
    }
}
