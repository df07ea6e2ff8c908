using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Mono.Unix.Native;
using Zerg;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Deploying;
using ZergPool.Journal;
using ZergPool.Listening;
using ZergPool.Recovering;
using ZergPool.Upgrading;
using Errno = Zerg.Posix.Errno;

namespace ZergPool.Commands;

/// <summary><c>zergpool [run] CONFIG</c>: the pool, in the foreground.</summary>
internal static partial class RunCommand
{
    /// <summary>Binds, gives up root, serves until SIGTERM or SIGINT.</summary>
    public static async Task<int> RunAsync(
        PoolOptions options, IReadOnlyList<string> files, LoadedConfiguration loaded, Func<FreshOptions> load)
    {
        var invocation = Invocation.OfThisProcess();
        using var inheritance = Inheritance.Receive(out var lost);
        if (CannotBecome(options) is { } reason)
            return Complaint.Write(reason, ExitCodes.NotPermitted);

        // One that goes on as another program has its launcher already.
        if (options.Up && inheritance is null && Configured.SayOfLauncher(loaded) is not ExitCodes.Ok and var exitCode)
            return exitCode;
        try
        {
            // Everything, or nothing: a pool that owns half of its ports helps nobody.
            using var own = inheritance is null ? OwnSockets.Bind(options) : OwnSockets.Thaw(options, inheritance);
            using var sources = Sources(options, own, out var problem);
            using var table = inheritance is null
                ? PoolSockets.Acquire(options, sources) : PoolSockets.Thaw(options, inheritance);
            table.KeepPaths(options);
            BecomeServant(options, table, isFirst: inheritance is null);
            using var journals = Journals.Open(options, inheritance);
            using var programLog = ProgramLog.Create(options.LogTo, options.LogLevel);
            var log = programLog.CreateLogger();
            ConfigurationLog.Tell(log, loaded.Ignored);
            foreach (var complaint in Complaints(problem, sources).Concat(own.Unbelieved()))
                Log.NotTaken(log, complaint);
            if (lost is not null)
                Log.StateLost(log, lost);
            using var pool = new Pool(options, own, table, load, log, new SteadyTime())
            {
                ProgramLog = programLog,
                LauncherArguments = LauncherArguments.Of(files, loaded.Options),
                Journals = journals,
            };
            var entrances = new Entrances(own, pool, log);
            if (inheritance is not null)
                pool.Restore(inheritance, entrances);
            await ServeAsync(pool, entrances, invocation);
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

    private static SocketSources Sources(PoolOptions options, OwnSockets own, out string? problem)
    {
        var passed = PassedDescriptors.Take(out problem);
        var records = options.Pools.Select(pool => own.Left(pool.Address)).OfType<PoolRecord>();
        return new SocketSources(passed, [.. records], options.RecoverTimeout, options.Adopt);
    }

    private static IEnumerable<string> Complaints(string? problem, SocketSources sources)
    {
        if (problem is not null)
            yield return problem;
        foreach (var refused in sources.Refused)
            yield return refused;
        foreach (var name in sources.Unclaimed)
            yield return $"the service manager passed '{name}', which is no socket of this configuration";
    }

    /// <summary>Why this process may not serve with these options; null when it may.</summary>
    // Said before anything is bound: who asks for another user must not be served by this one.
    public static string? CannotBecome(PoolOptions options)
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

    // Nothing stays behind when it fails: the files can only be removed by whoever made them. Those of the image before
    // this one stay, because zerglings serve there.
    private static void BecomeServant(PoolOptions options, PoolSockets table, bool isFirst)
    {
        try
        {
            if (options is { Uid: { } uid, Gid: { } gid } && Privileges.IsRoot)
            {
                if (options.LogTo is { } log)
                    LogFile.CreateFor(log, uid.Id, gid.Id);
                Journals.CreateFor(options, uid.Id, gid.Id);
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
            if (isFirst)
                table.Undo();
            throw;
        }
    }

    private static void Unlink(PoolSockets table)
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

    private static async Task ServeAsync(Pool pool, Entrances entrances, Invocation invocation)
    {
        using var terminate = OnSignal(PosixSignal.SIGTERM, pool, new PoolEvent.Stopped("SIGTERM"));
        using var interrupt = OnSignal(PosixSignal.SIGINT, pool, new PoolEvent.Stopped("SIGINT"));
        using var hangUp = OnSignal(PosixSignal.SIGHUP, pool, new PoolEvent.ReloadAsked(null));
        using var reopen = OnSignal((PosixSignal)Signals.SIGUSR1, pool, new PoolEvent.Reopening());
        using var upgrade = OnSignal((PosixSignal)Signals.SIGUSR2, pool, new PoolEvent.UpgradeAsked());

        // On the main thread, which stays: the image before this one held them back, see ProcessImage.
        SignalMask.Unblock();
        pool.Open(entrances, invocation);
        await pool.RunAsync();
        pool.Close();
    }

    // .NET knows some signals by their numbers alone.
    private static PosixSignalRegistration OnSignal(PosixSignal signal, Pool pool, PoolEvent happened)
        => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            pool.Events.TryWrite(happened);
        });

    private static partial class Log
    {
        [LoggerMessage(103, LogLevel.Warning, "{Complaint}, ignoring")]
        public static partial void NotTaken(ILogger log, string complaint);

        [LoggerMessage(104, LogLevel.Warning, "{Problem}: zerglings have to reconnect, ignoring")]
        public static partial void StateLost(ILogger log, string problem);
    }
}
