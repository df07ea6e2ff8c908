using ZergPool.Handover;

namespace ZergPool.Control;

/// <summary>An order whose effect is waited for.</summary>
/// <param name="Id">The zergling it was given to.</param>
/// <param name="IsDone">Whether that member, null once it is gone, is where it was to be.</param>
/// <param name="Done">What to say then.</param>
/// <param name="Until">When the wait is given up.</param>
/// <param name="Reply">Whom to tell.</param>
internal sealed record PendingCommand(
    int Id, Func<Member?, bool> IsDone, string Done, DateTimeOffset Until, TaskCompletionSource<ControlReply> Reply);
