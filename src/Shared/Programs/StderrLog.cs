using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Mono.Unix.Native;

namespace Zerg.Programs;

/// <summary>
/// Lines on stderr: with the time for people, with a priority prefix (sd-daemon(3)) and no time when stderr is the
/// journal.
/// </summary>
internal static class StderrLog
{
    private static readonly bool s_journal = IsJournal();
    private static readonly Stream s_stderr = Console.OpenStandardError();

    /// <summary>Writes a line, waiting for a slow reader.</summary>
    public static void Write(LogLine line)
    {
        var prefix = s_journal
            ? $"<{Priority(line.Level)}>"
            : $"{line.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {Tag(line.Level)} ";
        try
        {
            // One write: lines of several processes on one terminal do not tear.
            s_stderr.Write(Encoding.UTF8.GetBytes($"{prefix}{line.Text}\n"));
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
