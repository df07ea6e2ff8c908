using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using Zergling.Pools;

namespace Zergling;

/// <summary>What the program is for: attach, run workers, leave when told.</summary>
internal static partial class LaunchVerb
{
    /// <summary>Runs until the workers have left.</summary>
    /// <exception cref="ZergException">A pool is missing, or refuses.</exception>
    /// <exception cref="IOException">A system call failed.</exception>
    public static async Task<int> RunAsync(ZerglingOptions options, IReadOnlyList<IgnoredOption> ignored)
    {
        if (options.LogTo is { } path)
            LogFile.Prepare(path);
        using var log = ProgramLog.Create(options.LogTo, options.LogLevel);
        var release = options.Release
            ?? ReleaseLabel.OfCommand(
                options.Chdir ?? Environment.CurrentDirectory, options.Command, options.ConfigPath);

        // Beside the lines of its pool, and of the other releases that it has started.
        var logger = log.CreateLogger(ComplaintFile.IsGiven ? $"release '{release}': " : "");
        ConfigurationLog.Tell(logger, ignored);
        var events = Channel.CreateUnbounded<LauncherEvent>(new UnboundedChannelOptions { SingleReader = true });
        using var stopped = new CancellationTokenSource();
        using var signals = new SignalSource(events.Writer, stopped);
        using var manager = ServiceNotifier.FromEnvironment();
        if (manager.Problem is { } unreachable)
            Log.NoManager(logger, unreachable);

        PoolLinks pools;
        try
        {
            pools = await PoolLinks.OpenAsync(options, release, stopped.Token);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Ok;
        }

        var launcher = new Launcher(options, release, pools, events, manager, logger, TimeProvider.System)
        {
            ProgramLog = log,
        };
        await using (launcher)
        {
            Announce(logger, options, release, pools);
            var exitCode = await launcher.RunAsync();
            return exitCode == ExitCodes.Ok ? exitCode : throw new ZergException(launcher.Reason, exitCode);
        }
    }

    private static void Announce(ILogger logger, ZerglingOptions options, string release, PoolLinks pools)
    {
        Log.Started(
            logger, ProgramVersion.Text, Environment.ProcessId, options.ConfigPath ?? "no file", release,
            string.Join(", ", pools.Sockets.Select(socket => socket.Address)));
        if (pools.FallbackReason is { } reason)
            Log.FallenBack(logger, reason);
        foreach (var plain in pools.Sessions.Where(session => session.IsPlain))
            Log.PlainPool(logger, plain.Address);
        if (options.Mode == ZergMode.Standby)
            Log.NoStandby(logger);
    }

    private static partial class Log
    {
        [LoggerMessage(231, LogLevel.Information,
            "zergling {Version}, pid {Pid}, configuration {Config}, release {Release}, sockets {Sockets}",
            EventName = "Started")]
        public static partial void Started(
            ILogger logger, string version, int pid, string config, string release, string sockets);

        [LoggerMessage(232, LogLevel.Warning, "{Reason}; serving without a pool on sockets bound here",
            EventName = "FallenBack")]
        public static partial void FallenBack(ILogger logger, string reason);

        [LoggerMessage(235, LogLevel.Warning, "NOTIFY_SOCKET: {Problem}, ignoring", EventName = "NoManager")]
        public static partial void NoManager(ILogger logger, string problem);

        [LoggerMessage(233, LogLevel.Information, "{Pool} is a plain uWSGI pool: orders come by signals alone",
            EventName = "PlainPool")]
        public static partial void PlainPool(ILogger logger, string pool);

        [LoggerMessage(234, LogLevel.Warning,
            "zerg-mode standby: a launcher cannot hold back its workers, they accept as soon as they run",
            EventName = "NoStandby")]
        public static partial void NoStandby(ILogger logger);
    }
}
