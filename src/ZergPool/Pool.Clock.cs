using ZergPool.Handover;

namespace ZergPool;

/// <content>
/// Somebody may set the machine's clock, as at a boot without one: nobody is given up on any sooner for that. The pool's
/// own time follows when there is nothing that it would cut short.
/// </content>
internal sealed partial class Pool
{
    private void FollowClock()
    {
        if (_time is SteadyTime time && !IsWaited)
            time.Follow();
    }

    private bool IsWaited => IsReturning || _isEnding || _upAt is not null || _pending.Count > 0 || _checks.Count > 0
        || _hooks.Running.Count > 0 || _table.Leaving.Count > 0
        || _deployments.Exists(one => one.RetryAt is not null || IsUnderWay(one))
        || _roster.Values.Any(one => one.KillAt is not null || one.DeafAt is not null)
        || _policies.Values.Any(policy => policy.Current is not null || policy.Window is not null || policy.GoesBack is not null)
        || Members.Any(member => member.IsComing || member.State is MemberState.Draining or MemberState.Failed);
}
