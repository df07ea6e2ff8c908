namespace Zerg.Demo;

/// <param name="HandOvers">How many releases take over.</param>
/// <param name="Rate">Requests a second of the paced load.</param>
/// <param name="Length">The time over which the releases are spread; a slow machine takes longer.</param>
/// <param name="Plain">Lines instead of the live display.</param>
internal sealed record DemoOptions(int HandOvers, double Rate, TimeSpan Length, bool Plain);
