using ZergPool.Control;

namespace ZergPool.Upgrading;

/// <summary>An order whose effect is waited for.</summary>
internal sealed record AwaitedState(int Zergling, Effect Effect, string Done, DateTimeOffset Until);
