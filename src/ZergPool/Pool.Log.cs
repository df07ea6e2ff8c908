using Microsoft.Extensions.Logging;

namespace ZergPool;

/// <content>What the pool says.</content>
internal sealed partial class Pool
{
    private static partial class Log
    {
        [LoggerMessage(110, LogLevel.Information,
            "zergling {Id} ({Name}, pid {Pid}, uid {Uid}) attached as {Kind}, release '{Release}'")]
        public static partial void Attached(ILogger log, int id, string name, string release, string kind, int pid, uint uid);

        [LoggerMessage(111, LogLevel.Warning, "{Path}: uid {Uid} gid {Gid} pid {Pid} may not attach, refused")]
        public static partial void AttachRefused(ILogger log, string path, uint uid, uint gid, int pid);

        [LoggerMessage(112, LogLevel.Warning, "connection of pid {Pid} uid {Uid} dropped: {Reason}")]
        public static partial void Dropped(ILogger log, int pid, uint uid, string reason);

        [LoggerMessage(113, LogLevel.Debug, "pid {Pid} uid {Uid} took the greeting but holds no socket: no zergling")]
        public static partial void NoZergling(ILogger log, int pid, uint uid);

        [LoggerMessage(114, LogLevel.Error, "{Zergling} died; its {Count} workers serve on until another zergling accepts")]
        public static partial void LauncherDied(ILogger log, string zergling, int count);

        [LoggerMessage(115, LogLevel.Warning, "{Zergling}: its process ended, pid {Pid} still holds the sockets; state unknown")]
        public static partial void Obscured(ILogger log, string zergling, int pid);

        [LoggerMessage(116, LogLevel.Information, "{Zergling} is told to drain: {Reason}")]
        public static partial void Draining(ILogger log, string zergling, string reason);

        [LoggerMessage(117, LogLevel.Information, "{Zergling}: SIGTERM to the workers it left behind: {Pids}")]
        public static partial void Dismissed(ILogger log, string zergling, string pids);

        [LoggerMessage(118, LogLevel.Warning, "{Zergling} reads none of the legacy-fifo files: it cannot be told, ignoring")]
        public static partial void NoFifo(ILogger log, string zergling);

        [LoggerMessage(119, LogLevel.Warning, "{Zergling}: no mercy any more, SIGKILL to pid {Pid}")]
        public static partial void Killed(ILogger log, string zergling, int pid);

        [LoggerMessage(EventId = 120, Message = "{Text}")]
        public static partial void Policy(ILogger log, LogLevel level, string text);

        [LoggerMessage(121, LogLevel.Warning, "listener {Address} repaired: {Found} (suspect: {Suspect})")]
        public static partial void Repaired(ILogger log, string address, string found, string suspect);

        [LoggerMessage(122, LogLevel.Error, "listener {Address} cannot be repaired: {Problem} (suspect: {Suspect})")]
        public static partial void NotRepaired(ILogger log, string address, string problem, string suspect);

        [LoggerMessage(123, LogLevel.Information, "{Command} of {Zergling} ordered by uid {Uid} pid {Pid}")]
        public static partial void Ordered(ILogger log, string command, string zergling, uint uid, int pid);

        [LoggerMessage(124, LogLevel.Warning, "order '{Command}' of uid {Uid} gid {Gid} pid {Pid} refused")]
        public static partial void OrderRefused(ILogger log, string command, uint uid, uint gid, int pid);

        [LoggerMessage(125, LogLevel.Error, "{Event} could not be dealt with: {Problem}")]
        public static partial void EventFailed(ILogger log, string @event, string problem);

        [LoggerMessage(126, LogLevel.Information, "{Signal}: stopping; {Count} zerglings keep the sockets they hold")]
        public static partial void Stopping(ILogger log, string signal, int count);

        [LoggerMessage(127, LogLevel.Warning, "a socket file stays behind: {Problem}, ignoring")]
        public static partial void FileStays(ILogger log, string problem);

        [LoggerMessage(128, LogLevel.Warning, "NOTIFY_SOCKET: {Problem}, ignoring")]
        public static partial void NoManager(ILogger log, string problem);

        [LoggerMessage(129, LogLevel.Warning,
            "listener {Address}: {Queued} connections wait, of {Backlog} that may; what comes beyond is dropped")]
        public static partial void Crowded(ILogger log, string address, int queued, int backlog);

        [LoggerMessage(130, LogLevel.Warning, "{Zergling}: its worker {Pid} cannot be told to end, ignoring")]
        public static partial void NotDismissed(ILogger log, string zergling, int pid);
    }
}
