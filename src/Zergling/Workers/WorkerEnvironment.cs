using System.Globalization;
using Zerg.Configuration;
using Zerg.Posix;
using Zerg.Programs;

namespace Zergling.Workers;

/// <summary>What is in the environment of a worker.</summary>
internal sealed class WorkerEnvironment
{
    // Told to the launcher alone; ZERG is the pool that it attaches to, so that its workers need not.
    private static readonly string[] s_private =
    [
        "NOTIFY_SOCKET", "LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES",
        "WATCHDOG_PID", "WATCHDOG_USEC", "ZERG", ComplaintFile.Variable,
    ];

    private readonly EnvironmentBlock _common;

    public WorkerEnvironment(EnvironmentBlock own, ZerglingOptions options, string release)
    {
        _common = own.Copy();
        foreach (var name in s_private)
            _common.Remove(name);
        _common.RemovePrefix(ExecVariables.Prefix);
        foreach (var (key, value) in options.Env)
            _common.Set(key, value);
        _common.Set("ZERG_RELEASE", release);
        _common.Set("ZERG_DRAIN_IDLE", Seconds(options.DrainIdle));
        _common.Set("ZERG_MERCY", Seconds(options.Mercy));
        if (options.Threads is { } threads)
            _common.Set("ZERG_THREADS", threads.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The environment of one worker, for <c>zergling exec</c> to complete.</summary>
    public EnvironmentBlock For(int worker, IReadOnlyCollection<string> socketNames, string notifySocket)
    {
        var environment = _common.Copy();
        environment.Set("ZERG_WORKER", worker.ToString(CultureInfo.InvariantCulture));
        environment.Set("LISTEN_FDS", socketNames.Count.ToString(CultureInfo.InvariantCulture));
        environment.Set("LISTEN_FDNAMES", string.Join(':', socketNames));
        environment.Set("NOTIFY_SOCKET", notifySocket);
        return environment;
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
}
