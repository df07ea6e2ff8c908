namespace Zerg.Configuration;

/// <summary>A user or a group. The name is null for a number that nobody gave a name.</summary>
internal readonly record struct Account(uint Id, string? Name)
{
    public override string ToString() => Name ?? $"{Id}";
}
