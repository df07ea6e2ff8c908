namespace ZergPool.Control;

/// <param name="Generation">One that has zerglings.</param>
/// <param name="Release">Its release.</param>
/// <param name="Responses">What it has answered since it took over.</param>
/// <param name="Terms">What each term came to.</param>
internal sealed record WatchedGeneration(
    int Generation, string Release, long Responses, IReadOnlyList<WatchedTerm> Terms);
