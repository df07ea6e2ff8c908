using Zerg.Configuration;

namespace ZergPool;

/// <summary>What the configuration says now.</summary>
/// <param name="Options">Null when there is an error.</param>
/// <param name="Problems">What is wrong with it.</param>
internal sealed record FreshOptions(PoolOptions? Options, IReadOnlyList<Problem> Problems)
{
    /// <summary>The first error, as one line; null when there is none.</summary>
    public string? Error => Problems.FirstOrDefault(problem => problem.Severity == Severity.Error)?.ToString();
}
