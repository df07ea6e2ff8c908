using System.Globalization;
using System.Text;
using Zerg;
using Zerg.Posix;
using Zerg.Programs;
using ZergPool.Deploying;
using ZergPool.Recovering;

namespace ZergPool;

/// <content>The processes of launchers that the pool starts itself: their start, their end, and the start after that.</content>
internal sealed partial class Pool
{
    private const int MaxComplaint = 4096;

    private void Start(Deployment deployment)
    {
        deployment.EndRetry();
        deployment.Started = _time.GetUtcNow();
        deployment.Zergling = 0;
        deployment.IsLeaving = false;
        try
        {
            var launch = deployment.Workload.Remembered ?? LaunchOf(deployment.Workload);
            deployment.Complaint?.Dispose();
            deployment.Complaint = MemoryFile.Create("zergling-complaint", MaxComplaint);
            var environment = launch.Environment.Copy();
            environment.Set(ComplaintFile.Variable, ProcessImage.FirstListener.ToString(CultureInfo.InvariantCulture));
            using var output = Duplicate(1);
            using var error = Duplicate(2);
            deployment.Process = Spawn.Start(new SpawnRequest
            {
                Program = launch.Program,
                Arguments = launch.Arguments,
                Environment = environment,
                Directory = launch.Directory,
                Output = output,
                Error = error,
                Descriptors = [deployment.Complaint],
            });
            Watch(deployment.Process);
            Log.Launched(_log, deployment.Id, deployment.Process.Pid, deployment.Workload.Release ?? "of its own");
        }
        catch (Exception problem) when (problem is IOException or ZergException)
        {
            // Its workers may still be there, and what keeps it from being started may pass.
            if (deployment.HasServed)
            {
                var wait = deployment.Retry(_time.GetUtcNow());
                Log.NotRestarted(_log, deployment.Id, problem.Message, Zerg.Configuration.Duration.Format(wait));
            }
            else
            {
                Fail(deployment, problem.Message);
            }
        }

        WriteRecords();
    }

    private Launch LaunchOf(Workload workload)
    {
        // From another directory the names that the pool was given would lead elsewhere.
        var files = LauncherArguments.Files;
        List<string> arguments = [
            .. LauncherProgram.Find(_options.Launcher),
            .. workload.Directory is null ? files : files.Select(Path.GetFullPath), .. LauncherArguments.Options,
        ];
        foreach (var pool in _options.Pools)
            arguments.Add($"--zerg={pool.Address}");

        // In one word, so that no value is taken for an option.
        if (workload.Release is { } release)
            arguments.Add($"--release={release}");
        if (workload.Replaces)
            arguments.Add("--zerg-mode=replace");
        if ((workload.Words.Count > 0 ? workload.Words : LauncherArguments.Command) is { Count: > 0 } words)
            arguments.AddRange(["--", .. words]);

        return new Launch(arguments[0], arguments, workload.Directory, EnvironmentOfChildren());
    }

    // What the service manager says to the pool is for the pool alone.
    private EnvironmentBlock EnvironmentOfChildren()
    {
        var environment = _invocation!.Environment.Copy();
        environment.Remove("NOTIFY_SOCKET");
        environment.Remove("WATCHDOG_USEC");
        environment.Remove("WATCHDOG_PID");
        return environment;
    }

    // Its own descriptors are what the launcher goes on writing to when this pool is no more.
    private static FileDescriptor Duplicate(int standard)
    {
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(standard, ownsHandle: false);
        return FileDescriptor.Duplicate(handle);
    }

    private void LauncherEnded(Deployment deployment)
    {
        var status = deployment.Process!.TryWait();
        var pid = deployment.Process.Pid;
        deployment.Process.Dispose();
        deployment.Process = null;
        if (deployment.IsLeaving || _isEnding)
        {
            Log.LauncherLeft(_log, deployment.Id, pid);
        }
        else if (deployment.HasServed)
        {
            var wait = deployment.Retry(_time.GetUtcNow());
            Log.LauncherDied(_log, deployment.Id, pid, $"{status}", Zerg.Configuration.Duration.Format(wait));
        }
        else
        {
            Fail(deployment, Complaint(deployment)
                ?? (deployment.Zergling == 0 ? $"its launcher ended with {status} before it attached"
                    : $"its launcher ended with {status} before it served"));
        }

        if (!deployment.HasServed && deployment.Workload.Release is { } release)
            NoteNotStartedAgain(release, "it has left before it served");

        WriteRecords();
        StartQueued();
    }

    private static string? Complaint(Deployment deployment)
    {
        if (deployment.Complaint is null)
            return null;
        var text = Encoding.UTF8.GetString(MemoryFile.Read(deployment.Complaint)).TrimEnd('\0', '\n');
        return text.Length == 0 ? null : string.Join("; ", text.Split('\n'));
    }

    // One whose release was replaced meanwhile is not wanted any more.
    private void RestartLaunchers()
    {
        if (!_table.IsComplete || _isEnding)
            return;
        foreach (var one in _deployments.Where(one => one.RetryAt <= _time.GetUtcNow()).ToList())
        {
            // It goes on where the one before does not start again.
            if (_policies.Values.Any(policy => policy.Release == one.Workload.Release && policy.GoesBack is not null))
                continue;
            if (_policies.Values.Any(policy => policy.Release == one.Workload.Release && policy.Current?.Back is null))
            {
                one.Workload = one.Workload with { Replaces = false };
                Start(one);
            }
            else
            {
                one.EndRetry();
                Log.LauncherNotWanted(_log, one.Id, one.Workload.Release ?? "");
            }
        }
    }

    // It hangs, or attaches to another pool: those that wait for their turn must not wait for ever.
    private void EnforceAttach()
    {
        var now = _time.GetUtcNow();
        foreach (var one in _deployments.Where(one => one is { Process: not null, Zergling: 0 } && IsUnderWay(one)
            && now - one.Started >= _options.ReadyTimeout).ToList())
        {
            one.IsLeaving = true;
            one.Process!.Signal(Signals.SIGKILL);
            Fail(one, $"its launcher has not attached within {Zerg.Configuration.Duration.Format(_options.ReadyTimeout)}");
        }
    }

    private IReadOnlyList<RecordedDeployment> RecordedDeployments() =>
    [
        .. _deployments.Where(one => one is { IsQueued: false, Workload.Remembered: null }
            && (!one.IsOver || IsWayBackTo(one))).Select(
            one => new RecordedDeployment(
                one.Id, one.Workload, one.Process?.Pid ?? 0,
                one.Process is { } process ? ProcessTable.Started(process.Pid) ?? 0 : 0, one.IsOver, one.HasServed)),
    ];

    // What was started by the pool before this one goes on; what has died since is started again.
    private void TakeUp(IEnumerable<RecordedDeployment> recorded)
    {
        foreach (var one in recorded.Where(one => _deployments.TrueForAll(known => known.Id != one.Id)))
        {
            _lastDeployment = Math.Max(_lastDeployment, one.Id);
            var deployment = new Deployment
            {
                Id = one.Id,
                Workload = one.Workload,
                Asked = _time.GetUtcNow(),
                Started = _time.GetUtcNow(),
                HasServed = one.HasServed,
            };
            _deployments.Add(deployment);
            if (ProcessHandle.Open(one.Pid, pid => ProcessTable.Started(pid) == one.Started) is { } process)
            {
                deployment.Process = process;
                Watch(process);
            }
            else if (one is { HasServed: true, IsOver: false })
            {
                deployment.Retry(_time.GetUtcNow());
            }
            else if (!one.HasServed && _policies.Values.All(policy => policy.GoesBack?.Release != one.Workload.Release))
            {
                deployment.Problem = "its launcher ended while there was no pool";
                Log.NotLaunched(_log, one.Id, deployment.Problem);
            }
        }
    }
}
