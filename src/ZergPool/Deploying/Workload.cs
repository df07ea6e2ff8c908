using System.Text.Json.Serialization;

namespace ZergPool.Deploying;

/// <summary>What is to run.</summary>
/// <param name="Release">Its label; null for the one that the launcher finds.</param>
/// <param name="Words">The command of its workers; empty for the one of the configuration.</param>
/// <param name="Directory">Where the command was given; null for the pool's own directory.</param>
/// <param name="Replaces">Whether it takes over whatever serves, its own release too.</param>
internal sealed record Workload(string? Release, IReadOnlyList<string> Words, string? Directory, bool Replaces)
{
    /// <summary>As somebody else had started it; null for one of the pool's own.</summary>
    [JsonIgnore]
    public Launch? Remembered { get; init; }
}
