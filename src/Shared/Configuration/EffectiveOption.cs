namespace Zerg.Configuration;

/// <summary>An option as a program understood it. The source is null for a default.</summary>
internal sealed record EffectiveOption(string Name, string Value, SourcePosition? Source)
{
    /// <summary>Earlier mentions that the last one has overridden.</summary>
    public IReadOnlyList<Option> Overrides { get; init; } = [];
}
