using Zerg;
using Zerg.Protocol;
using ZergPool.Control;
using ZergPool.Deploying;
using ZergPool.Handover;
using ZergPool.Roster;

namespace ZergPool;

/// <content>Launchers that the pool starts itself.</content>
internal sealed partial class Pool
{
    private const int MaxDeployments = 16;
    private const int MaxRemembered = 8;

    private readonly List<Deployment> _deployments = [];
    private readonly Dictionary<string, Launch> _remembered = new(StringComparer.Ordinal);
    private int _lastDeployment;
    private DateTimeOffset? _upAt;

    private void Deploy(PoolEvent.Commanded commanded)
    {
        var (request, peer) = (commanded.Request, commanded.Peer);
        Log.DeployOrdered(_log, request.Release ?? "of its own", peer.Uid, peer.Pid);
        var isBusy = _deployments.Exists(IsUnderWay) || _policies.Values.Any(policy => policy.Current is not null);
        if (request.Words.Count == 0 && !LauncherArguments.NameACommand)
            Answer(commanded, ExitCodes.Usage, "neither a configuration file nor the command line of this pool names a command: give one after --");
        else if (isBusy && request.NoWait)
            Answer(commanded, ExitCodes.TryAgain, "another release is being deployed");
        else if (_deployments.Count(one => !one.IsOver) >= MaxDeployments)
            Answer(commanded, ExitCodes.TryAgain, $"{MaxDeployments} releases are deployed or wait already");
        else
            Begin(new Workload(request.Release, request.Words, request.Directory, Replaces: true), commanded.Reply);
    }

    private void Begin(Workload workload, TaskCompletionSource<ControlReply>? reply)
    {
        while (_deployments.Count >= MaxDeployments && _deployments.FindLast(one => one.IsOver && !IsWayBackTo(one)) is { } over)
            Forget(over);
        var deployment = new Deployment
        {
            Id = NextDeployment(),
            Workload = workload,
            Asked = _time.GetUtcNow(),
            IsQueued = true,
        };
        _deployments.Insert(0, deployment);
        StartQueued();
        reply?.TrySetResult(new ControlReply
        {
            Deployment = deployment.Id,
            ExitCode = deployment.Problem is null ? ExitCodes.Ok : ExitCodes.Failed,
            Message = deployment.Problem ?? (deployment.IsQueued ? "waits until the one before is through" : "begins"),
        });
    }

    private int NextDeployment()
    {
        do
            _lastDeployment = _lastDeployment >= FrameBounds.MaxSession ? 1 : _lastDeployment + 1;
        while (_deployments.Exists(one => one.Id == _lastDeployment));
        return _lastDeployment;
    }

    // One at a time, the oldest first, and not while somebody else takes over.
    private void StartQueued()
    {
        if (_isEnding || !_table.IsComplete || _deployments.Exists(IsUnderWay)
            || _policies.Values.Any(policy => policy.Current is not null))
            return;
        if ((_deployments.FindLast(one => one.IsQueued && IsWayBack(one)) ?? _deployments.FindLast(one => one.IsQueued))
            is not { } next)
            return;
        next.IsQueued = false;
        if (!IsWayBack(next) || _policies.Values.Any(policy => policy.GoesBack?.Release == next.Workload.Release))
        {
            Start(next);
            return;
        }

        // Whoever took over meanwhile is no release to be gone back from.
        Fail(next, "not needed any more: a release has taken over meanwhile");
    }

    private static bool IsWayBack(Deployment one) => one.Workload is { Replaces: false, Release: not null };

    private void Fail(Deployment deployment, string problem)
    {
        deployment.Problem = problem;
        Log.NotLaunched(_log, deployment.Id, problem);
        if (deployment is { Zergling: 0, Started: var started } && started != default)
        {
            // Whoever attached has its entry in the history by that.
            foreach (var pool in _policies.Keys)
                Apply(pool, new PolicyEvent.NeverAttached(deployment.Workload.Release ?? "-", problem, started));
        }

        if (deployment.Workload.Release is { } release)
            NoteNotStartedAgain(release, problem);
    }

    // Without it whoever was gone back from goes on. What has died with the pool before is tried once more.
    private void NoteNotStartedAgain(string release, string problem)
    {
        if (IsReturning)
            return;
        foreach (var pool in _policies.Where(one => one.Value.GoesBack?.Release == release).Select(one => one.Key).ToList())
            Apply(pool, new PolicyEvent.NotStartedAgain(release, problem));
    }

    private bool IsUnderWay(Deployment one)
        => !one.IsQueued && !one.IsOver && !one.HasServed && one.Problem is null && !one.IsLeaving;

    private void NoteAttached(Zergling zergling, Member member)
    {
        if (_deployments.Find(one => one.Process?.Pid == zergling.Peer.Pid) is { } deployment)
        {
            if (deployment.Zergling == 0)
                deployment.Zergling = zergling.Id;
            deployment.Workload = deployment.Workload with { Release = member.Release };

            // It was told so by a pool before this one.
            if (member.State == MemberState.Draining)
                deployment.IsLeaving = true;
        }
        else if (member.Kind == MemberKind.Launcher && zergling.Peer.Uid == Mono.Unix.Native.Syscall.geteuid()
            && zergling.Session?.Process is { } process && Launch.Of(process, zergling.Peer.Uid) is { } launch)
        {
            if (_remembered.Count >= MaxRemembered)
                _remembered.Remove(_remembered.Keys.First());
            _remembered[member.Release] = launch;
        }
    }

    // Not beside whoever comes back to a pool that was killed.
    private void StartUp()
    {
        if (_upAt is not { } due || due > _time.GetUtcNow())
            return;
        _upAt = null;
        if (_options.Up && _deployments.TrueForAll(one => one.IsOver) && !Members.Any())
            Begin(new Workload(null, [], null, Replaces: false), null);
    }

    // What the policy has decided shows in the states.
    private void FollowDeployments()
    {
        var serve = _deployments.FindAll(
            one => one is { Zergling: not 0, HasServed: false } && FindMember(one.Zergling)?.State == MemberState.Accepting);
        foreach (var one in serve)
            one.HasServed = true;
        if (serve.Count > 0)
            WriteRecords();
        StartQueued();
    }

    private void NoteLeaving(int zergling)
    {
        if (_deployments.Find(one => one.Zergling == zergling) is { } deployment)
            deployment.IsLeaving = true;
    }

    private void StartAgain(string release)
    {
        // For another pool of this process it does so already.
        if (_deployments.Exists(one => one is { IsOver: false, IsLeaving: false, HasServed: false, Problem: null }
            && IsWayBack(one) && one.Workload.Release == release))
            return;
        if (Served(release) is { } own)
        {
            Begin(own.Workload with { Replaces = false }, null);
        }
        else if (_remembered.TryGetValue(release, out var launch))
        {
            Begin(new Workload(release, [], null, Replaces: false) { Remembered = launch }, null);
        }
        else
        {
            Log.NotStarted(_log, release);
            NoteNotStartedAgain(release, "nobody knows how it was started");
        }
    }

    private bool CanStartAgain(string release) => _remembered.ContainsKey(release) || Served(release) is not null;

    // What was given the same label since, and came to nothing, is not what is gone back to.
    private Deployment? Served(string release)
        => _deployments.Find(one => one.HasServed && one.Workload.Release == release);

    // How it was started is what a way back needs, also when nothing of it runs any more.
    private bool IsWayBackTo(Deployment one) => _policies.Values.Any(policy =>
        (policy.Window?.Former ?? policy.GoesBack?.Release) is { } release && Served(release) == one);

    private void Forget(Deployment deployment)
    {
        _deployments.Remove(deployment);
        deployment.Dispose();
    }

    private DeploymentStatus Status(Deployment one) => new(
        one.Id, one.Workload.Release, one.State, one.Zergling == 0 ? null : one.Zergling, one.Process?.Pid, one.Problem,
        one.Asked);
}
