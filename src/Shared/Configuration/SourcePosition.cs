namespace Zerg.Configuration;

/// <summary>Where an option was written: line and column of a file from 1, or an argument.</summary>
internal readonly record struct SourcePosition(string File, int Line, int Column)
{
    private const string CommandLineFile = "command line";

    public bool IsCommandLine => Line == 0 && File == CommandLineFile;

    /// <summary>The <paramref name="number"/>-th argument, counted from 1.</summary>
    public static SourcePosition Argument(int number) => new(CommandLineFile, 0, number);

    /// <summary>A file as a whole, or the command line as a whole when there is no file.</summary>
    public static SourcePosition Whole(string? file) => new(file ?? CommandLineFile, 0, 0);

    public override string ToString() =>
        Line > 0 ? $"{File}:{Line}:{Column}"
        : IsCommandLine && Column > 0 ? $"{File}: argument {Column}"
        : File;
}
