using Microsoft.Extensions.Logging;

namespace Zerg.Programs;

/// <summary>Makes one line of an entry and queues it.</summary>
internal sealed class QueuedLogger(LogLevel least, LogQueue queue, string about) : ILogger
{
    private readonly WarningLimit _limit = new(TimeProvider.System);

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var text = OneLine(about + formatter(state, exception), exception);
        if ((logLevel == LogLevel.Warning ? _limit.Pass(eventId.Id, text) : text) is { } line)
            queue.Add(new LogLine(TimeProvider.System.GetLocalNow(), logLevel, line));
    }

    // A peer chose parts of this text: control characters do not reach the terminal.
    private static string OneLine(string message, Exception? exception)
    {
        var text = exception is null ? message : $"{message}: {exception}";
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }
}
