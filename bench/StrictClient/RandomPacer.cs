using System.Diagnostics;

namespace Zerg.StrictClient;

/// <summary>Long random rests between two requests, so that most connections are idle at any moment.</summary>
internal sealed class RandomPacer(LoadRun run, int index) : IPacer
{
    // Seeded by the connection's number: two runs have the same rests.
    private readonly Random _random = new(index);

    public bool Rests => true;

    public async ValueTask<long?> NextAsync()
    {
        var (min, max) = (run.Options.IdleMin, run.Options.IdleMax);
        var rest = min + (max - min) * _random.NextDouble();
        await run.DelayUntilAsync(Stopwatch.GetTimestamp() + (long)(rest.TotalSeconds * Stopwatch.Frequency));
        return run.TryStart() ? Stopwatch.GetTimestamp() : null;
    }
}
