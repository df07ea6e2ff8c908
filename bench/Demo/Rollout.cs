namespace Zerg.Demo;

/// <summary>One release to bring out.</summary>
/// <param name="Release">Its name.</param>
/// <param name="Failure">How it is broken, on purpose; null when it is good.</param>
internal sealed record Rollout(string Release, string? Failure)
{
    /// <summary>So many good ones, and a broken one in their midst.</summary>
    public static IReadOnlyList<Rollout> Plan(int handOvers)
    {
        var broken = handOvers / 2;
        return
        [
            .. Enumerable.Range(0, handOvers + 1)
                .Select(index => new Rollout($"v{index + 2}", index == broken ? "warmup" : null)),
        ];
    }
}
