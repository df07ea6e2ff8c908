using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Zerg.Programs;

/// <summary>
/// Lines on their way to whoever reads the log, written by a thread of its own: a reader that does not read, or a disk
/// that hangs, holds up nobody who has something to say. What finds no room is dropped and counted.
/// </summary>
internal sealed class LogQueue : IDisposable
{
    /// <summary>Lines that wait at most.</summary>
    public const int Capacity = 256;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Queue<LogLine> _lines = new();
    private readonly Action<LogLine> _write;
    private readonly Thread _thread;
    private int _dropped;
    private bool _closed;

    /// <param name="write">Writes one line, however long that takes.</param>
    public LogQueue(Action<LogLine> write)
    {
        _write = write;
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Adds a line; never waits.</summary>
    public void Add(LogLine line)
    {
        lock (_lines)
        {
            if (_lines.Count == Capacity)
                _dropped++;
            else
                _lines.Enqueue(line);
            Monitor.Pulse(_lines);
        }
    }

    /// <summary>Has the rest written, if its reader takes it within a second.</summary>
    public void Dispose()
    {
        lock (_lines)
        {
            _closed = true;
            Monitor.Pulse(_lines);
        }

        _thread.Join(s_patience);
    }

    private void Run()
    {
        while (Next() is { } line)
            _write(line);
    }

    private LogLine? Next()
    {
        lock (_lines)
        {
            while (_lines.Count == 0)
            {
                if (_dropped > 0)
                    return Dropped();
                if (_closed)
                    return null;
                Monitor.Wait(_lines);
            }

            return _lines.Dequeue();
        }
    }

    private LogLine Dropped()
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{_dropped} lines of this log were dropped here: they were not read in time");
        _dropped = 0;
        return new LogLine(TimeProvider.System.GetLocalNow(), LogLevel.Warning, text);
    }
}
