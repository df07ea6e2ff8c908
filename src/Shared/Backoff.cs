namespace Zerg;

/// <summary>
/// How long to wait before the next try of what keeps ending: twice as long each time, up to a limit; with a jitter,
/// so that those who lost the same thing do not all come at once.
/// </summary>
/// <param name="first">The first wait.</param>
/// <param name="longest">The limit.</param>
/// <param name="longLife">Whoever lived for this long begins anew.</param>
/// <param name="jitter">How much of a wait is up to chance, either way: 0.5 for half of it.</param>
/// <param name="random">The chance.</param>
internal sealed class Backoff(
    TimeSpan first, TimeSpan longest, TimeSpan longLife, double jitter = 0, Random? random = null)
{
    private TimeSpan? _next;

    /// <summary>The wait after a life that long; a try that failed is none.</summary>
    public TimeSpan After(TimeSpan life)
    {
        var wait = life >= longLife ? first : _next ?? first;
        _next = wait * 2 < longest ? wait * 2 : longest;
        return wait * (1 + jitter * (2 * (random ?? Random.Shared).NextDouble() - 1));
    }

    /// <summary>The longest wait: nothing will have changed any sooner.</summary>
    public TimeSpan Longest()
    {
        _next = longest;
        return After(TimeSpan.Zero);
    }
}
