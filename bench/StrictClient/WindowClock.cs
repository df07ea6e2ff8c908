using System.Diagnostics;

namespace Zerg.StrictClient;

/// <summary>Knows whether a stretch of time touches a hand-over window.</summary>
internal sealed class WindowClock
{
    private readonly Lock _gate = new();
    private readonly List<(string Name, long Start, long? End)> _spans = [];
    private int _open;
    private long _lastClosed;

    /// <summary>Whether any window was open at some moment between <paramref name="since"/> and now.</summary>
    public bool Touches(long since) => Volatile.Read(ref _open) > 0 || Volatile.Read(ref _lastClosed) >= since;

    public IDisposable Begin(string name)
    {
        lock (_gate)
        {
            _spans.Add((name, Stopwatch.GetTimestamp(), null));
            Volatile.Write(ref _open, _open + 1);
            return new Window(this, _spans.Count - 1);
        }
    }

    public WindowSpan[] Spans(long origin)
    {
        double? Seconds(long? at) =>
            at is { } end ? Math.Round(Stopwatch.GetElapsedTime(origin, end).TotalSeconds, 3) : null;
        lock (_gate)
            return [.. _spans.Select(s => new WindowSpan(s.Name, Seconds(s.Start)!.Value, Seconds(s.End)))];
    }

    private void End(int index)
    {
        lock (_gate)
        {
            if (_spans[index].End is not null)
                return;
            var now = Stopwatch.GetTimestamp();
            _spans[index] = _spans[index] with { End = now };
            // In this order, so that no reader sees neither the open window nor its end.
            Volatile.Write(ref _lastClosed, now);
            Volatile.Write(ref _open, _open - 1);
        }
    }

    private sealed class Window(WindowClock clock, int index) : IDisposable
    {
        public void Dispose() => clock.End(index);
    }
}
