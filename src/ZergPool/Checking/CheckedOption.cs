namespace ZergPool.Checking;

/// <summary>An option as a program understood it.</summary>
/// <param name="Option">Its name in the vocabulary.</param>
/// <param name="Value">The value in force.</param>
/// <param name="Source">Where that is written; null for a default.</param>
/// <param name="Overrides">Earlier mentions that no longer count, each "value at source".</param>
internal sealed record CheckedOption(string Option, string Value, string? Source, IReadOnlyList<string> Overrides);
