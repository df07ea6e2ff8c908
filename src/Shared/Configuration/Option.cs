namespace Zerg.Configuration;

/// <summary>One option as its source spells it. <see cref="IsItem"/> tells a list's item from a single value.</summary>
internal sealed record Option(string Name, string Value, SourcePosition Position)
{
    public bool IsItem { get; init; }
}
