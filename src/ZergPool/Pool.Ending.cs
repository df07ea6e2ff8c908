using Zerg.Posix;
using ZergPool.Deploying;
using ZergPool.Handover;

namespace ZergPool;

/// <content>The end: what the pool has started leaves first, what others have started stays.</content>
internal sealed partial class Pool
{
    private bool _isEnding;
    private DateTimeOffset _endBy;
    private string _endSignal = "";

    // False when there is nobody to wait for, or when it is asked for once more.
    private bool BeginEnd(string signal)
    {
        var launchers = _deployments.Where(one => one.Process is not null).ToList();
        if (_isEnding || launchers.Count == 0)
            return false;
        _isEnding = true;
        _endSignal = signal;
        _endBy = _time.GetUtcNow() + _options.Mercy + s_answerPatience;
        Log.Ending(_log, signal, launchers.Count);
        _manager.Stopping("launchers leave");
        foreach (var pool in _policies.Keys)
            Apply(pool, new PolicyEvent.Ending());
        foreach (var one in launchers)
            Leave(one);
        return true;
    }

    private void Leave(Deployment deployment)
    {
        deployment.IsLeaving = true;
        if (FindMember(deployment.Zergling) is { } member && _roster.TryGetValue(member.Id, out var zergling))
            Apply(zergling.Pool, new PolicyEvent.DrainAsked(member.Id, "the pool ends"));
        else
            deployment.Process?.Signal(Signals.SIGTERM);
    }

    private bool IsEndDue()
    {
        if (!_isEnding)
            return false;
        var left = _deployments.Where(one => one.Process is not null).ToList();
        if (left.Count > 0 && _time.GetUtcNow() < _endBy)
            return false;
        foreach (var one in left)
            one.Process!.Signal(Signals.SIGKILL);
        return true;
    }

    // Zerglings keep what they hold: the pool only lets go, and leaves what they still need.
    private void Stop(string signal)
    {
        Log.Stopping(_log, signal, _roster.Count);
        _manager.Stopping("stopping");
        if (!MayBeServed)
        {
            try
            {
                _table.Unlink();
            }
            catch (SyscallException problem)
            {
                Log.FileStays(_log, problem.Message);
            }
        }
    }

    // Also by those who were there before a crash or a restart, and have not come back yet.
    private bool MayBeServed => (IsReturning && MayReturn)
        || Members.Any(member => member.Serves || member.State == MemberState.Draining);
}
