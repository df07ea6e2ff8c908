namespace Zerg.Posix;

/// <summary>What to start, and with what.</summary>
internal sealed record SpawnRequest
{
    /// <summary>The program's path; PATH is not searched.</summary>
    public required string Program { get; init; }

    /// <summary>argv, its first entry included.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required EnvironmentBlock Environment { get; init; }

    /// <summary>The working directory, or null for that of this process.</summary>
    public string? Directory { get; init; }

    /// <summary>Becomes descriptor 1.</summary>
    public required FileDescriptor Output { get; init; }

    /// <summary>Becomes descriptor 2.</summary>
    public required FileDescriptor Error { get; init; }

    /// <summary>Become descriptors 3, 4, ... and nothing above them stays open.</summary>
    public IReadOnlyList<FileDescriptor> Descriptors { get; init; } = [];
}
