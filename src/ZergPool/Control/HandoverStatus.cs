namespace ZergPool.Control;

/// <param name="To">The zergling that takes over.</param>
/// <param name="From">Those it replaces; known from the switch on.</param>
/// <param name="Phase">starting, switching or draining.</param>
/// <param name="Started">When it began.</param>
internal sealed record HandoverStatus(int To, IReadOnlyList<int> From, string Phase, DateTimeOffset Started);
