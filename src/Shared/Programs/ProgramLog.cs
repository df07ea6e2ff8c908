using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;
using Zerg.Configuration;

namespace Zerg.Programs;

/// <summary>Where a program's log goes: a file when <c>logto</c> names one, else stderr.</summary>
internal sealed class ProgramLog : ILoggerProvider
{
    private const string FileTemplate = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj}{NewLine}";

    private readonly LogLevel _least;
    private readonly Logger? _file;
    private readonly LogQueue _queue;

    private ProgramLog(LogLevel least, Logger? file)
    {
        _least = least;
        _file = file;
        _queue = new LogQueue(file is null ? StderrLog.Write : line => Write(file, line));
    }

    /// <summary>A factory whose loggers write one line an entry, and never wait for whoever reads it.</summary>
    /// <param name="path">The file to append to, or null for stderr.</param>
    /// <param name="verbosity">The least severe entries to be written.</param>
    public static ILoggerFactory Create(string? path, LogVerbosity verbosity)
    {
        var file = path is null ? null : new LoggerConfiguration()
            .MinimumLevel.Verbose()
            .WriteTo.File(path, outputTemplate: FileTemplate, fileSizeLimitBytes: null, hooks: new AppendOnly())
            .CreateLogger();

        // Added afterwards: a provider that is given to the constructor is not disposed with the factory.
        var factory = new LoggerFactory();
        factory.AddProvider(new ProgramLog(Level(verbosity), file));
        return factory;
    }

    /// <inheritdoc/>
    public Microsoft.Extensions.Logging.ILogger CreateLogger(string categoryName) => new QueuedLogger(_least, _queue);

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Dispose();
        _file?.Dispose();
    }

    private static void Write(Logger file, LogLine line) => file.Write(new LogEvent(
        line.Time, Severity(line.Level), null, new MessageTemplate(line.Text, [new TextToken(line.Text)]), []));

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
