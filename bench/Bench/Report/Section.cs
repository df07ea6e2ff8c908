namespace Zerg.Bench.Report;

/// <summary>A table of results and what they were to be.</summary>
internal sealed record Section
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    public required IReadOnlyList<string> Columns { get; init; }

    public required IReadOnlyList<IReadOnlyList<string>> Rows { get; init; }

    public IReadOnlyList<Goal> Goals { get; init; } = [];

    /// <summary>Requests that our own programs lost.</summary>
    public long Lost { get; init; }

    /// <summary>How to read it.</summary>
    public string Note { get; init; } = "";
}
