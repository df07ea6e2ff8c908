namespace Zerg.Tests.Guarantees;

/// <summary>How a test has its pool started, and where it is found.</summary>
internal sealed record PoolStart
{
    /// <summary>Where zerglings attach; null for the usual path in the directory of the stage.</summary>
    public string? Path { get; init; }

    /// <summary>What stands before the command of the pool.</summary>
    public string[] Wrapper { get; init; } = [];

    public (string Name, string? Value)[] Environment { get; init; } = [];
}
