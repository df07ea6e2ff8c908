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

        [LoggerMessage(112, LogLevel.Warning, "connection of pid {Pid} uid {Uid} gid {Gid} dropped: {Reason}")]
        public static partial void Dropped(ILogger log, int pid, uint uid, uint gid, string reason);

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

        [LoggerMessage(167, LogLevel.Warning, "{Refusal}: {Zergling} is told nothing through it")]
        public static partial void FifoRefused(ILogger log, string zergling, string refusal);

        [LoggerMessage(119, LogLevel.Warning, "{Zergling}: no mercy any more, SIGKILL to pid {Pid}")]
        public static partial void Killed(ILogger log, string zergling, int pid);

        [LoggerMessage(241, LogLevel.Warning,
            "{Zergling}: not signalling pid {Pid}: {Reason}", EventName = nameof(NotSignalled))]
        public static partial void NotSignalled(ILogger log, string zergling, int pid, string reason);

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

        [LoggerMessage(170, LogLevel.Warning, "order '{Command}' of uid {Uid} gid {Gid} pid {Pid} refused: {Reason}",
            EventName = nameof(CodeChoiceRefused))]
        public static partial void CodeChoiceRefused(
            ILogger log, string command, uint uid, uint gid, int pid, string reason);

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

        [LoggerMessage(100, LogLevel.Information, "zergpool {Version} (pid {Pid}, {Config}) holds {Sockets}")]
        public static partial void Opened(ILogger log, string version, int pid, string config, string sockets);

        [LoggerMessage(101, LogLevel.Warning,
            "running as root (gid {Gid}): set uid and gid so that nothing needs to be")]
        public static partial void RunsAsRoot(ILogger log, uint gid);

        [LoggerMessage(131, LogLevel.Warning, "{Problem}; whoever got it from a pool before has {Patience} to give it back")]
        public static partial void Missing(ILogger log, string problem, string patience);

        [LoggerMessage(132, LogLevel.Information, "listener {Address} is back, from {Source}")]
        public static partial void Recovered(ILogger log, string address, string source);

        [LoggerMessage(133, LogLevel.Warning,
            "what pid {Pid} uid {Uid} gid {Gid} offers as {Address} {Reason}, refused")]
        public static partial void OfferRefused(ILogger log, string address, int pid, uint uid, uint gid, string reason);

        [LoggerMessage(182, LogLevel.Warning, "{Zergling}: what it reports cannot be right: {Figure}, ignoring")]
        public static partial void Misreported(ILogger log, string zergling, string figure);

        [LoggerMessage(134, LogLevel.Warning, "the next pool will know less: {Problem}, ignoring")]
        public static partial void NoRecord(ILogger log, string problem);

        [LoggerMessage(147, LogLevel.Warning, "the history is not kept: {Problem}, ignoring")]
        public static partial void NoJournal(ILogger log, string problem);

        [LoggerMessage(148, LogLevel.Warning, "hook-{Hook} for release '{Release}' {Problem}, ignoring")]
        public static partial void HookFailed(ILogger log, string hook, string release, string problem);

        [LoggerMessage(149, LogLevel.Warning, "hook-{Hook} for release '{Release}' is dropped: too many wait, ignoring")]
        public static partial void HookDropped(ILogger log, string hook, string release);

        [LoggerMessage(164, LogLevel.Warning, "{Zergling} is ended by force: {Why}{Lines}")]
        public static partial void ForcedOut(ILogger log, string zergling, string why, string lines);

        [LoggerMessage(163, LogLevel.Information, "metrics at {Place}")]
        public static partial void Metered(ILogger log, string place);

        [LoggerMessage(135, LogLevel.Information, "{Summary}")]
        public static partial void Reloaded(ILogger log, string summary);

        [LoggerMessage(136, LogLevel.Error, "not reloaded, nothing has changed: {Problem}")]
        public static partial void NotReloaded(ILogger log, string problem);

        [LoggerMessage(137, LogLevel.Warning, "a socket file keeps its mode: {Problem}, ignoring")]
        public static partial void ModeStays(ILogger log, string problem);

        [LoggerMessage(138, LogLevel.Information, "listener {Address} is closed")]
        public static partial void LetGo(ILogger log, string address);

        [LoggerMessage(139, LogLevel.Information, "{Command} ordered by uid {Uid} pid {Pid}")]
        public static partial void PoolOrdered(ILogger log, string command, uint uid, int pid);

        [LoggerMessage(150, LogLevel.Information, "listener {Address} is adopted from {Source}, which listens on it as well")]
        public static partial void Adopted(ILogger log, string address, string source);

        [LoggerMessage(151, LogLevel.Information, "listener {Address}: set right: {Found}")]
        public static partial void SetRight(ILogger log, string address, string found);

        [LoggerMessage(152, LogLevel.Warning,
            "listener {Address}: its path may go with the server that it was adopted from: {Problem}, ignoring")]
        public static partial void NoSpare(ILogger log, string address, string problem);

        [LoggerMessage(153, LogLevel.Information, "listener {Address}: the server that it was adopted from is gone")]
        public static partial void Inherited(ILogger log, string address);

        [LoggerMessage(130, LogLevel.Warning, "{Zergling}: its worker {Pid} cannot be told to end, ignoring")]
        public static partial void NotDismissed(ILogger log, string zergling, int pid);

        [LoggerMessage(154, LogLevel.Information, "{Zergling} is told to wait in standby: {Reason}")]
        public static partial void PutAside(ILogger log, string zergling, string reason);

        [LoggerMessage(156, LogLevel.Information, "deploy of a release {Release} ordered by uid {Uid} pid {Pid}")]
        public static partial void DeployOrdered(ILogger log, string release, uint uid, int pid);

        [LoggerMessage(157, LogLevel.Information, "deployment {Deployment}: launcher pid {Pid} started, release {Release}")]
        public static partial void Launched(ILogger log, int deployment, int pid, string release);

        [LoggerMessage(158, LogLevel.Error, "deployment {Deployment} came to nothing: {Problem}")]
        public static partial void NotLaunched(ILogger log, int deployment, string problem);

        [LoggerMessage(159, LogLevel.Information, "deployment {Deployment}: launcher pid {Pid} has left")]
        public static partial void LauncherLeft(ILogger log, int deployment, int pid);

        [LoggerMessage(166, LogLevel.Error, "deployment {Deployment} could not be started again, trying once more in {Wait}: {Problem}")]
        public static partial void NotRestarted(ILogger log, int deployment, string problem, string wait);

        [LoggerMessage(160, LogLevel.Error,
            "deployment {Deployment}: launcher pid {Pid} ended with {Status} while it served, starting it again in {Wait}")]
        public static partial void LauncherDied(ILogger log, int deployment, int pid, string status, string wait);

        [LoggerMessage(161, LogLevel.Information,
            "deployment {Deployment}: release '{Release}' was replaced meanwhile and is not started again")]
        public static partial void LauncherNotWanted(ILogger log, int deployment, string release);

        [LoggerMessage(162, LogLevel.Information, "{Signal}: {Launchers} launchers of this pool are told to leave first")]
        public static partial void Ending(ILogger log, string signal, int launchers);

        [LoggerMessage(155, LogLevel.Error, "release '{Release}' has left: whoever started it has to start it again")]
        public static partial void NotStarted(ILogger log, string release);

        [LoggerMessage(146, LogLevel.Error, "hardly any of {Most} descriptors is left: who connects is sent away")]
        public static partial void Scarce(ILogger log, ulong most);

        [LoggerMessage(145, LogLevel.Error,
            "{Path} is not this pool's any more: {What}; whoever is attached goes on, whoever attaches is led elsewhere")]
        public static partial void Swapped(ILogger log, string path, string what);

        [LoggerMessage(165, LogLevel.Error,
            "listener {Address}: nobody finds it any more: {What}; free the path and restart the pool, which binds another one")]
        public static partial void Unlinked(ILogger log, string address, string what);

        [LoggerMessage(140, LogLevel.Information, "upgrade to {Binary} ordered by uid {Uid} pid {Pid}")]
        public static partial void UpgradeOrdered(ILogger log, string binary, uint uid, int pid);

        [LoggerMessage(141, LogLevel.Error, "not upgraded: {Problem}")]
        public static partial void NotUpgraded(ILogger log, string problem);

        [LoggerMessage(142, LogLevel.Warning,
            "version {Version} cannot read what this one hands over: it gets the sockets, and zerglings have to reconnect")]
        public static partial void StateUnreadable(ILogger log, string version);

        [LoggerMessage(143, LogLevel.Information, "executing {Path}, version {Version}")]
        public static partial void Executing(ILogger log, string path, string version);

        [LoggerMessage(144, LogLevel.Information,
            "upgraded from {Before} to {Version}: {Sessions} sessions and {Sockets} sockets go on")]
        public static partial void Upgraded(ILogger log, string before, string version, int sessions, int sockets);
    }
}
