using ZergPool.Handover;

namespace ZergPool.Control;

/// <summary>An order whose effect is waited for.</summary>
/// <param name="Id">The zergling it was given to.</param>
/// <param name="Effect">Where that is to be.</param>
/// <param name="Done">What to say then.</param>
/// <param name="Until">When the wait is given up.</param>
/// <param name="Reply">Whom to tell.</param>
internal sealed record PendingCommand(
    int Id, Effect Effect, string Done, DateTimeOffset Until, TaskCompletionSource<ControlReply> Reply)
{
    /// <summary>Whether that member, null once it is gone, is there.</summary>
    public bool IsDone(Member? member) => Effect switch
    {
        Effect.Paused => member?.State == MemberState.Paused,
        Effect.Accepting => member?.State == MemberState.Accepting,
        _ => member is null,
    };
}
