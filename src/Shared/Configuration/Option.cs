namespace Zerg.Configuration;

/// <summary>One option as its source spells it.</summary>
internal sealed record Option(string Name, string Value, SourcePosition Position)
{
    /// <summary>One of a list's items, not a single value.</summary>
    public bool IsItem { get; init; }

    /// <summary>From a dialect of uWSGI: placeholders in it are filled in, and its value is read as loosely as there.</summary>
    public bool IsLoose { get; init; }
}
