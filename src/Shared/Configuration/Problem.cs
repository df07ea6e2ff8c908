namespace Zerg.Configuration;

/// <summary>What is wrong with an option, or with a source as a whole; printed as one line.</summary>
internal sealed record Problem(SourcePosition Position, string? Option, string Message, Severity Severity)
{
    // Messages quote what they were given, which may be a whole file.
    private const int MaxLength = 1000;

    public static Problem Error(SourcePosition position, string? option, string message) =>
        new(position, option, Cut(message), Severity.Error);

    public static Problem Warning(SourcePosition position, string? option, string message) =>
        new(position, option, Cut(message), Severity.Warning);

    public override string ToString() =>
        OneLine.Of(Option is null ? $"{Position}: {Message}" : $"{Position}: {Option}: {Message}", MaxLength);

    private static string Cut(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + "...";
}
