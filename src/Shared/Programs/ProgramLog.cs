using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;
using Zerg.Configuration;
using Zerg.Posix;

namespace Zerg.Programs;

/// <summary>Where a program's log goes: a file when <c>logto</c> names one, else stderr.</summary>
internal sealed class ProgramLog : IDisposable
{
    private const string FileTemplate = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj}{NewLine}";

    private readonly string? _path;
    private readonly LogLevel _least;
    private readonly AppendOnly? _hooks;
    private readonly Logger? _file;
    private readonly LogQueue _queue;

    private ProgramLog(string? path, LogLevel least)
    {
        _path = path;
        _least = least;
        if (path is not null)
        {
            _hooks = new AppendOnly(path);
            _file = new LoggerConfiguration()
                .MinimumLevel.Verbose()
                .WriteTo.File(path, outputTemplate: FileTemplate, fileSizeLimitBytes: null, hooks: _hooks)
                .CreateLogger();
        }

        _queue = new LogQueue(path is null ? StderrLog.Write : Write, Reopen);
    }

    /// <summary>Lines that wait to be written, of <see cref="LogQueue.Capacity"/> that may.</summary>
    public int Waiting => _queue.Waiting;

    /// <summary>A log whose loggers write one line an entry, and never wait for whoever reads it.</summary>
    /// <param name="path">The file to append to, or null for stderr.</param>
    /// <param name="verbosity">The least severe entries to be written.</param>
    public static ProgramLog Create(string? path, LogVerbosity verbosity) => new(path, Level(verbosity));

    /// <summary>A logger; all of them write to the same place.</summary>
    /// <param name="about">What every line begins with.</param>
    public Microsoft.Extensions.Logging.ILogger CreateLogger(string about = "") => new QueuedLogger(_least, _queue, about);

    /// <summary>Has the file opened anew, for whoever moved or removed it; the log says what became of that.</summary>
    public Task<ReopenedLog> ReopenAsync() => _queue.ReopenAsync();

    /// <summary>Waits a little until everything said so far is written.</summary>
    public void Flush() => _queue.Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Dispose();
        _file?.Dispose();
    }

    private void Write(LogLine line)
    {
        var lost = _hooks!.Stream.Lost;
        Append(line);
        if (lost.Count == 0 || _hooks.Stream.Lost != lost)
            return;

        // There is room again.
        _hooks.Stream.Lost = default;
        Append(line with
        {
            Level = LogLevel.Warning,
            Text = $"{lost.Count} lines of this log could not be written before this one: {lost.Reason}",
        });
    }

    private void Append(LogLine line) => _file!.Write(new LogEvent(
        line.Time, Severity(line.Level), null, new MessageTemplate(line.Text, [new TextToken(line.Text)]), []));

    private ReopenedLog Reopen()
    {
        if (_path is null)
            return new ReopenedLog(true, "logs to stderr: nothing to reopen");
        try
        {
            _hooks!.Stream.Reopen();
            return Tell(LogLevel.Information, new ReopenedLog(true, $"log file '{_path}' opened anew"));
        }
        catch (SyscallException problem)
        {
            return Tell(LogLevel.Warning, new ReopenedLog(
                false, $"log file not opened anew, the old one goes on: {problem.Message}"));
        }
    }

    private ReopenedLog Tell(LogLevel level, ReopenedLog result)
    {
        if (level >= _least)
            Write(new LogLine(TimeProvider.System.GetLocalNow(), level, result.Text));
        return result;
    }

    private static LogLevel Level(LogVerbosity verbosity) => verbosity switch
    {
        LogVerbosity.Debug => LogLevel.Debug,
        LogVerbosity.Warning => LogLevel.Warning,
        LogVerbosity.Error => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private static LogEventLevel Severity(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Fatal,
    };
}
