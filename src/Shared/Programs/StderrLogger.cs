using System.Globalization;
using Microsoft.Extensions.Logging;
using Mono.Unix.Native;

namespace Zerg.Programs;

/// <summary>
/// One line an entry on stderr: with the time for people, with a priority prefix (sd-daemon(3)) and no time when
/// stderr is the journal.
/// </summary>
internal sealed class StderrLogger(LogLevel least) : ILogger
{
    private static readonly bool s_journal = IsJournal();
    private static readonly Stream s_stderr = Console.OpenStandardError();

    /// <summary>A peer chose parts of this text: control characters do not reach the terminal.</summary>
    public static string OneLine(string message, Exception? exception)
    {
        var text = exception is null ? message : $"{message}: {exception}";
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
    }

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
        var prefix = s_journal
            ? $"<{Priority(logLevel)}>"
            : $"{TimeProvider.System.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {Tag(logLevel)} ";
        try
        {
            // One write: lines of several processes on one terminal do not tear.
            s_stderr.Write(System.Text.Encoding.UTF8.GetBytes($"{prefix}{OneLine(formatter(state, exception), exception)}\n"));
        }
        catch (IOException)
        {
            // Nobody reads the log any more; serving goes on.
        }
    }

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        LogLevel.Error => 3,
        _ => 2,
    };

    private static string Tag(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DBG",
        LogLevel.Information => "INF",
        LogLevel.Warning => "WRN",
        LogLevel.Error => "ERR",
        _ => "FTL",
    };

    // systemd.exec(5): JOURNAL_STREAM holds "device:inode" of the stream that leads to the journal.
    private static bool IsJournal()
        => Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { } stream
            && Syscall.fstat(2, out var status) == 0
            && stream == string.Create(CultureInfo.InvariantCulture, $"{status.st_dev}:{status.st_ino}");
}
