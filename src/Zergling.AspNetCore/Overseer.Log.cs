using Microsoft.Extensions.Logging;

namespace Zergling.AspNetCore;

/// <content>What it says.</content>
internal sealed partial class Overseer
{
    private static partial class Log
    {
        [LoggerMessage(201, LogLevel.Information, "attached to '{Source}' as release '{Release}': {Addresses}",
            EventName = "Attached")]
        public static partial void Attached(ILogger log, string source, string release, string addresses);

        [LoggerMessage(202, LogLevel.Information, "release '{Release}' is ready", EventName = "Ready")]
        public static partial void Ready(ILogger log, string release);

        [LoggerMessage(203, LogLevel.Information, "'{Source}' orders: {Order}", EventName = "Ordered")]
        public static partial void Ordered(ILogger log, string source, string order);

        [LoggerMessage(204, LogLevel.Warning, "the session with '{Source}' is over, serving on without it",
            EventName = "Orphaned")]
        public static partial void Orphaned(ILogger log, string source);

        [LoggerMessage(205, LogLevel.Information, "sockets of '{Source}': {Added} came, {Removed} went",
            EventName = "Changed")]
        public static partial void Changed(ILogger log, string source, int added, int removed);

        [LoggerMessage(206, LogLevel.Warning,
            "'{Address}' speaks {Protocol}, which this process did not when it started, ignoring",
            EventName = "NotSpoken")]
        public static partial void NotSpoken(ILogger log, string address, string protocol);

        [LoggerMessage(207, LogLevel.Information, "draining {Connections} connections within {Mercy} s: {Reason}",
            EventName = "Draining")]
        public static partial void Draining(ILogger log, string reason, double mercy, int connections);

        [LoggerMessage(208, LogLevel.Information, "drained", EventName = "Drained")]
        public static partial void Drained(ILogger log);

        [LoggerMessage(209, LogLevel.Warning, "mercy is over, what was open was aborted", EventName = "Forced")]
        public static partial void Forced(ILogger log);

        [LoggerMessage(210, LogLevel.Warning, "stopping at once with status {ExitCode}: {Reason}",
            EventName = "Stopped")]
        public static partial void Stopped(ILogger log, string reason, int exitCode);

        [LoggerMessage(211, LogLevel.Critical, "not ready: {Reason}", EventName = "NotReady")]
        public static partial void NotReady(ILogger log, string reason);

        [LoggerMessage(212, LogLevel.Error, "{Event} went wrong", EventName = "Failed")]
        public static partial void Failed(ILogger log, Exception problem, string @event);

        [LoggerMessage(215, LogLevel.Warning, "'{Address}': {Problem}, ignoring", EventName = "NotServed")]
        public static partial void NotServed(ILogger log, string address, string problem);

        [LoggerMessage(216, LogLevel.Warning,
            "'{Address}' is bound by this app itself: no other release can be started beside it",
            EventName = "BoundBeside")]
        public static partial void BoundBeside(ILogger log, string address);

        [LoggerMessage(217, LogLevel.Warning,
            "the warm-up of '{Target}' was answered {Status}, which may be less than clients ask for (ZERG_WARM_UP)",
            EventName = "Lukewarm")]
        public static partial void Lukewarm(ILogger log, string target, int status);

        [LoggerMessage(213, LogLevel.Warning, "the session with '{Source}' is over, its sockets stay closed",
            EventName = "OrphanedIdle")]
        public static partial void OrphanedIdle(ILogger log, string source);

        [LoggerMessage(214, LogLevel.Warning,
            "serving on for '{Orphan}', whose session is over: nobody else may hold its sockets",
            EventName = "Remains")]
        public static partial void Remains(ILogger log, string orphan);

        [LoggerMessage(218, LogLevel.Warning,
            "the session with '{Source}' is over, accepting without it unless it is back within {Grace} s",
            EventName = "OrphanedWaiting")]
        public static partial void OrphanedWaiting(ILogger log, string source, double grace);

        [LoggerMessage(219, LogLevel.Warning, "'{Source}' is still away, accepting without it", EventName = "Promoted")]
        public static partial void Promoted(ILogger log, string source);

        [LoggerMessage(220, LogLevel.Information, "'{Source}' is back, following its orders again",
            EventName = "Returned")]
        public static partial void Returned(ILogger log, string source);

        [LoggerMessage(223, LogLevel.Warning, "'{Source}' cannot be used, going on without it: {Reason}",
            EventName = "Refused")]
        public static partial void Refused(ILogger log, string source, string reason);
    }
}
