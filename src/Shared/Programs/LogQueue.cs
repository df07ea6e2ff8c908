using System.Diagnostics;
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

    private const int Parts = 10;

    // A second, in parts: of a machine that stands still for long only one of them is lost.
    private static readonly TimeSpan s_part = TimeSpan.FromSeconds(1) / Parts;

    private readonly Queue<LogLine> _lines = new();
    private readonly Action<LogLine> _write;
    private readonly Func<ReopenedLog> _reopen;
    private readonly Thread _thread;
    private TaskCompletionSource<ReopenedLog>? _reopening;
    private int _dropped;
    private bool _closed;
    private bool _isWorking;

    /// <param name="write">Writes one line, however long that takes.</param>
    /// <param name="reopen">Has the lines written elsewhere from now on.</param>
    public LogQueue(Action<LogLine> write, Func<ReopenedLog> reopen)
    {
        _write = write;
        _reopen = reopen;
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
            Monitor.PulseAll(_lines);
        }
    }

    /// <summary>Lines that wait to be written.</summary>
    public int Waiting
    {
        get
        {
            lock (_lines)
                return _lines.Count;
        }
    }

    /// <summary>Has the file opened anew between two lines; those that wait go to the new one.</summary>
    public Task<ReopenedLog> ReopenAsync()
    {
        lock (_lines)
        {
            _reopening ??= new TaskCompletionSource<ReopenedLog>(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.PulseAll(_lines);
            return _reopening.Task;
        }
    }

    /// <summary>Waits until everything is written, if its reader takes it within a second.</summary>
    public void Flush()
    {
        var rest = s_part * Parts;
        lock (_lines)
        {
            while ((_lines.Count > 0 || _isWorking) && rest > TimeSpan.Zero)
            {
                var began = Stopwatch.GetTimestamp();
                Monitor.Wait(_lines, s_part);
                var waited = Stopwatch.GetElapsedTime(began);
                rest -= waited < s_part ? waited : s_part;
            }
        }
    }

    /// <summary>Has the rest written, if its reader takes it within a second.</summary>
    public void Dispose()
    {
        lock (_lines)
        {
            _closed = true;
            Monitor.PulseAll(_lines);
        }

        for (var part = 0; part < Parts && !_thread.Join(s_part);)
            part++;
    }

    private void Run()
    {
        while (Next() is { } work)
            work();
    }

    private Action? Next()
    {
        lock (_lines)
        {
            _isWorking = false;
            Monitor.PulseAll(_lines);
            while (true)
            {
                if (Interlocked.Exchange(ref _reopening, null) is { } asked)
                    return Begin(() => asked.SetResult(_reopen()));
                if (_lines.TryDequeue(out var line) || TryCount(out line))
                    return Begin(() => _write(line));
                if (_closed)
                    return null;
                Monitor.Wait(_lines);
            }
        }
    }

    private Action Begin(Action work)
    {
        _isWorking = true;
        return work;
    }

    private bool TryCount(out LogLine dropped)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{_dropped} lines of this log were dropped here: they were not read in time");
        dropped = new LogLine(TimeProvider.System.GetLocalNow(), LogLevel.Warning, text);
        return Interlocked.Exchange(ref _dropped, 0) > 0;
    }
}
