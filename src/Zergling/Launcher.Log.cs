using Microsoft.Extensions.Logging;

namespace Zergling;

internal sealed partial class Launcher
{
    private static partial class Log
    {
        [LoggerMessage(201, LogLevel.Information, "worker {Worker} started, pid {Pid}", EventName = "WorkerStarted")]
        public static partial void WorkerStarted(ILogger logger, int worker, int pid);

        [LoggerMessage(202, LogLevel.Information, "worker {Worker} (pid {Pid}) is ready after {Time}",
            EventName = "WorkerReady")]
        public static partial void WorkerReady(ILogger logger, int worker, int pid, string time);

        [LoggerMessage(203, LogLevel.Information, "ready, workers serving: {Workers}", EventName = "Ready")]
        public static partial void Ready(ILogger logger, int workers);

        [LoggerMessage(204, LogLevel.Warning,
            "worker {Worker} (pid {Pid}) ended with {Status}, starting it again in {Wait}",
            EventName = "WorkerDied")]
        public static partial void WorkerDied(ILogger logger, int worker, int pid, string status, string wait);

        [LoggerMessage(205, LogLevel.Error, "worker {Worker} cannot be started: {Problem}, trying again in {Wait}",
            EventName = "WorkerNotStarted")]
        public static partial void WorkerNotStarted(ILogger logger, int worker, string problem, string wait);

        [LoggerMessage(206, LogLevel.Information, "worker {Worker} (pid {Pid}) left with {Status}",
            EventName = "WorkerLeft")]
        public static partial void WorkerLeft(ILogger logger, int worker, int pid, string status);

        [LoggerMessage(207, LogLevel.Warning, "worker {Worker} (pid {Pid}) did not leave in time, killing its group",
            EventName = "WorkerKilled")]
        public static partial void WorkerKilled(ILogger logger, int worker, int pid);

        [LoggerMessage(208, LogLevel.Error, "{Reason}, killing it", EventName = "WorkerLate")]
        public static partial void WorkerLate(ILogger logger, string reason);

        [LoggerMessage(209, LogLevel.Warning, "worker {Worker} writes lines over {Kilobytes} KiB, cutting them",
            EventName = "LineCut")]
        public static partial void LineCut(ILogger logger, int worker, int kilobytes);

        [LoggerMessage(210, LogLevel.Debug, "worker {Worker} says: {Status}", EventName = "WorkerStatus")]
        public static partial void WorkerStatus(ILogger logger, int worker, string status);

        [LoggerMessage(211, LogLevel.Debug,
            "pid {Pid} does not belong to worker {Worker} but notified for it, ignoring",
            EventName = "StrangeNotification")]
        public static partial void StrangeNotification(ILogger logger, int pid, int worker);

        [LoggerMessage(212, LogLevel.Information, "renewing the workers: {Reason}", EventName = "Renewing")]
        public static partial void Renewing(ILogger logger, string reason);

        [LoggerMessage(213, LogLevel.Information, "renewal asked for ({Reason}) while workers start, remembered",
            EventName = "RenewalRemembered")]
        public static partial void RenewalRemembered(ILogger logger, string reason);

        [LoggerMessage(214, LogLevel.Information, "new workers serving: {Workers}, the old ones leave",
            EventName = "Renewed")]
        public static partial void Renewed(ILogger logger, int workers);

        [LoggerMessage(215, LogLevel.Error, "renewal failed, the old workers stay: {Reason}",
            EventName = "RenewalFailed")]
        public static partial void RenewalFailed(ILogger logger, string reason);

        [LoggerMessage(216, LogLevel.Information, "leaving: {Reason}; workers have {Mercy}", EventName = "Leaving")]
        public static partial void Leaving(ILogger logger, string reason, string mercy);

        [LoggerMessage(217, LogLevel.Warning, "killing the workers: {Reason}", EventName = "Killing")]
        public static partial void Killing(ILogger logger, string reason);

        [LoggerMessage(218, LogLevel.Warning, "the pool {Pool} is gone, serving on until it is back",
            EventName = "PoolGone")]
        public static partial void PoolGone(ILogger logger, string pool);

        [LoggerMessage(221, LogLevel.Information, "the pool {Pool} is back", EventName = "PoolBack")]
        public static partial void PoolBack(ILogger logger, string pool);

        [LoggerMessage(222, LogLevel.Warning, "the pool {Pool} cannot be used, serving on without it: {Reason}",
            EventName = "PoolRefuses")]
        public static partial void PoolRefuses(ILogger logger, string pool, string reason);

        [LoggerMessage(223, LogLevel.Information, "the pool leaves {Target} of {Workers} workers", EventName = "Scaled")]
        public static partial void Scaled(ILogger logger, int target, int workers);

        [LoggerMessage(219, LogLevel.Warning, "a launcher cannot pause its workers, ignoring",
            EventName = "CannotPause")]
        public static partial void CannotPause(ILogger logger);

        [LoggerMessage(224, LogLevel.Warning, "{Signal} means nothing here, SIGHUP renews the workers", EventName = "NoUpgrade")]
        public static partial void NoUpgrade(ILogger log, string signal);

        [LoggerMessage(220, LogLevel.Error, "something went wrong that should not, serving on", EventName = "Broken")]
        public static partial void Broken(ILogger logger, Exception problem);
    }
}
