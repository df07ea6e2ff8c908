namespace Zerg.Configuration;

/// <summary>An option that the programs know: the one source of its help, its documentation and its default.</summary>
internal sealed record OptionDefinition(string Name, ValueKind Kind, ProgramKinds Programs)
{
    /// <summary>The default as a user would write it, or what happens without the option.</summary>
    public required string Default { get; init; }

    public required string Description { get; init; }

    /// <summary>The placeholder of the value in <c>--help</c>.</summary>
    public required string Value { get; init; }

    public bool Repeatable { get; init; }

    /// <summary>The name uWSGI gives to the same thing, if it has it.</summary>
    public string? Uwsgi { get; init; }

    /// <summary>What differs from uWSGI, if anything does.</summary>
    public string? Difference { get; init; }

    /// <summary>Other names that uWSGI has for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}
