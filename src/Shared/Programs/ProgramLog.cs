using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Zerg.Configuration;

namespace Zerg.Programs;

/// <summary>Where a program's log goes: a file when <c>logto</c> names one, else stderr.</summary>
internal sealed class ProgramLog : ILoggerProvider
{
    private const string FileTemplate = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj}{NewLine}";

    private readonly LogLevel _least;
    private readonly Logger? _file;

    private ProgramLog(LogLevel least, Logger? file)
    {
        _least = least;
        _file = file;
    }

    /// <summary>A factory whose loggers write one line an entry.</summary>
    /// <param name="path">The file to append to, or null for stderr.</param>
    /// <param name="verbosity">The least severe entries to be written.</param>
    public static ILoggerFactory Create(string? path, LogVerbosity verbosity)
    {
        var file = path is null ? null : new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.File(path, outputTemplate: FileTemplate, fileSizeLimitBytes: null, hooks: new AppendOnly())
            .CreateLogger();
        return new LoggerFactory([new ProgramLog(Level(verbosity), file)]);
    }

    /// <inheritdoc/>
    public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName)
        => _file is null ? new StderrLogger(_least) : new FileLogger(_least, _file);

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static LogLevel Level(LogVerbosity verbosity) => verbosity switch
    {
        LogVerbosity.Debug => LogLevel.Debug,
        LogVerbosity.Warning => LogLevel.Warning,
        LogVerbosity.Error => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private sealed class FileLogger(LogLevel least, Logger file) : Microsoft.Extensions.Logging.ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                file.Write(Severity(logLevel), "{Line:l}", StderrLogger.OneLine(formatter(state, exception), exception));
        }

        private static LogEventLevel Severity(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => LogEventLevel.Debug,
            LogLevel.Information => LogEventLevel.Information,
            LogLevel.Warning => LogEventLevel.Warning,
            LogLevel.Error => LogEventLevel.Error,
            _ => LogEventLevel.Fatal,
        };
    }
}
