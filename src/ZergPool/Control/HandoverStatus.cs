using System.Text.Json.Serialization;

namespace ZergPool.Control;

/// <param name="To">The zergling that takes over.</param>
/// <param name="From">Those it replaces; known from the switch on.</param>
/// <param name="Phase">starting, switching, rolling, baking, returning or draining.</param>
/// <param name="Started">When it began.</param>
/// <param name="Exchange">How far workers have been exchanged; null when all of them change at once.</param>
internal sealed record HandoverStatus(
    int To, IReadOnlyList<int> From, string Phase, DateTimeOffset Started,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExchangeStatus? Exchange = null);
