using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Mono.Unix.Native;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Control;
using ZergPool.Listening;
using ZergPool.Roster;
using Errno = Zerg.Posix.Errno;

namespace ZergPool.Commands;

/// <summary><c>zergpool [run] CONFIG</c>: the pool, in the foreground.</summary>
internal static partial class RunCommand
{
    /// <summary>Binds, gives up root, serves until SIGTERM or SIGINT.</summary>
    public static async Task<int> RunAsync(PoolOptions options, IReadOnlyList<IgnoredOption> ignored)
    {
        if (CannotBecome(options) is { } reason)
            return Complaint.Write(reason, ExitCodes.NotPermitted);
        try
        {
            // Everything, or nothing: a pool that owns half of its ports helps nobody.
            using var own = OwnSockets.Bind(options);
            using var table = BoundSockets.Bind(options);
            BecomeServant(options, table);
            using var factory = ProgramLog.Create(options.LogTo, options.LogLevel);
            var log = factory.CreateLogger("zergpool");
            ConfigurationLog.Tell(log, ignored);
            await ServeAsync(options, own, table, log);
            return ExitCodes.Ok;
        }
        catch (SyscallException problem)
        {
            return Complaint.Write(
                problem.Message, problem.Errno is Errno.EACCES or Errno.EPERM ? ExitCodes.NotPermitted : ExitCodes.System);
        }
        catch (ZergException problem)
        {
            return Complaint.Write(problem.Message, problem.ExitCode);
        }
    }

    // Said before anything is bound: who asks for another user must not be served by this one.
    private static string? CannotBecome(PoolOptions options)
    {
        if (Privileges.IsRoot)
            return null;
        SourcePosition? Said(string name) => options.Effective.FirstOrDefault(option => option.Name == name)?.Source;
        if (options.Uid is { } uid && uid.Id != Syscall.geteuid())
            return $"{Said("uid")}: uid: only root becomes '{uid}', and this is uid {Syscall.geteuid()}";

        // The primary group that comes with a uid is nobody's wish.
        return options.Gid is { } gid && gid.Id != Syscall.getegid() && Said("gid") is { } said
            ? $"{said}: gid: only root enters '{gid}', and this is gid {Syscall.getegid()}" : null;
    }

    // Nothing stays behind when it fails: the files can only be removed by whoever made them.
    private static void BecomeServant(PoolOptions options, BoundSockets table)
    {
        try
        {
            if (options is { Uid: { } uid, Gid: { } gid } && Privileges.IsRoot)
            {
                if (options.LogTo is { } log)
                    LogFile.CreateFor(log, uid.Id, gid.Id);
                Privileges.Drop(uid.Id, gid.Id, uid.Name);
            }
            else if (options.Gid is { } group && Privileges.IsRoot)
            {
                Privileges.DropGroups(group.Id);
            }

            if (options.LogTo is { } path)
                LogFile.Prepare(path);
        }
        catch (SyscallException)
        {
            Unlink(table);
            throw;
        }
    }

    private static void Unlink(BoundSockets table)
    {
        try
        {
            table.Unlink();
        }
        catch (SyscallException)
        {
            // They were root's to remove; what made the pool give up is said, and the next one replaces them.
        }
    }

    private static async Task ServeAsync(PoolOptions options, OwnSockets own, BoundSockets table, ILogger log)
    {
        using var pool = new Pool(options, table, log, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        using var terminate = OnSignal(PosixSignal.SIGTERM, pool);
        using var interrupt = OnSignal(PosixSignal.SIGINT, pool);
        using var hangUp = IgnoreHangUp(log);

        // Whoever reads this line may send a signal.
        Log.Started(
            log, ProgramVersion.Text, Environment.ProcessId, options.ConfigPath ?? "the command line",
            string.Join(", ", table.Sockets.Select(socket => $"{socket.Spec.Address} ({socket.Spec.Name})")));
        if (Privileges.IsRoot && options.Uid is null)
            Log.RunsAsRoot(log, Syscall.getegid());

        foreach (var (spec, listener) in own.Pools)
            _ = AttachAsync(pool, spec, listener, stop.Token);
        var mayOrder = AccessList.Ordering(options, Syscall.geteuid());
        foreach (var listener in own.Controls)
            _ = new ControlServer(listener, pool.Events, mayOrder, log).RunAsync(stop.Token);
        await pool.RunAsync();
        await stop.CancelAsync();
    }

    private static async Task AttachAsync(
        Pool pool, PoolSpec spec, System.Net.Sockets.Socket listener, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            // In this order: who only waits for a connection must not hold a slot that another pool needs.
            var socket = await Accepting.NextAsync(listener, cancel);
            await pool.HandshakeSlotAsync(cancel);
            pool.Events.TryWrite(new PoolEvent.Connected(spec, socket));
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, Pool pool)
        => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            pool.Events.TryWrite(new PoolEvent.Stopped(signal.ToString()));
        });

    // Its default action would end the pool: by a terminal that closes, or by the habit that HUP means reload.
    private static PosixSignalRegistration IgnoreHangUp(ILogger log)
        => PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Log.NoReload(log);
        });

    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Information, "zergpool {Version} (pid {Pid}, {Config}) holds {Sockets}")]
        public static partial void Started(ILogger log, string version, int pid, string config, string sockets);

        [LoggerMessage(101, LogLevel.Warning,
            "running as root (gid {Gid}): set uid and gid so that nothing needs to be")]
        public static partial void RunsAsRoot(ILogger log, uint gid);

        [LoggerMessage(102, LogLevel.Warning, "SIGHUP: this pool does not reload its configuration, ignoring")]
        public static partial void NoReload(ILogger log);
    }
}
