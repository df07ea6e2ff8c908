namespace Zerg.StrictClient;

internal sealed record LossSample
{
    public required double AtSeconds { get; init; }

    public required LossKind Kind { get; init; }

    public required LossPhase Phase { get; init; }

    public required int LocalPort { get; init; }

    public required bool InWindow { get; init; }

    public required string Detail { get; init; }
}
