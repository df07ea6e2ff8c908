using ZergPool.Control;

namespace ZergPool.Upgrading;

/// <summary>The upgrade under way.</summary>
/// <param name="Reply">Whom to tell; null when a signal asked for it.</param>
/// <param name="Successor">Who takes over, once that is known.</param>
internal sealed record CurrentUpgrade(TaskCompletionSource<ControlReply>? Reply, Successor? Successor = null);
