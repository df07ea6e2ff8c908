using System.Diagnostics.CodeAnalysis;

namespace Zerg.Configuration;

/// <summary>The value of a text, or why the text has none.</summary>
internal readonly record struct Parsed<T>(T? Value, string? Error)
    where T : notnull
{
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Ok => Error is null;

    public static implicit operator Parsed<T>(T value) => new(value, null);

    public static Parsed<T> Failed(string error) => new(default, error);
}
