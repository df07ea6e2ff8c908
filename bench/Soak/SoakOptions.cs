namespace Zerg.Soak;

/// <param name="HandOvers">Releases that take over.</param>
/// <param name="Kills">SIGKILLs to the pool.</param>
/// <param name="Upgrades">Times that the pool replaces itself.</param>
/// <param name="Reloads">Times that its configuration changes.</param>
/// <param name="Seed">Decides the order of all of them.</param>
/// <param name="Built">The pool as it was built, though it has been published.</param>
internal sealed record SoakOptions(int HandOvers, int Kills, int Upgrades, int Reloads, int Seed, bool Built)
{
    /// <summary>Beyond it something hangs.</summary>
    public TimeSpan Limit { get; } =
        TimeSpan.FromSeconds(60 + (4.0 * HandOvers) + (15.0 * (Kills + Upgrades + Reloads)));
}
