using System.Globalization;

namespace Zerg.Configuration;

/// <summary>What a configuration depends on besides its text; tests give their own.</summary>
internal sealed record HostFacts
{
    private const string SoMaxConnFile = "/proc/sys/net/core/somaxconn";

    public required bool IsRoot { get; init; }

    /// <summary>XDG_RUNTIME_DIR, if there is one.</summary>
    public required string? RuntimeDirectory { get; init; }

    /// <summary>The kernel's limit of a backlog, or null where it does not tell.</summary>
    public required int? SoMaxConn { get; init; }

    public required Func<string, bool> Exists { get; init; }

    public static HostFacts Current { get; } = new()
    {
        IsRoot = Environment.IsPrivilegedProcess,
        RuntimeDirectory = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } directory
            ? directory
            : null,
        SoMaxConn = ReadSoMaxConn(),
        Exists = Path.Exists,
    };

    private static int? ReadSoMaxConn() =>
        File.Exists(SoMaxConnFile)
        && int.TryParse(File.ReadAllText(SoMaxConnFile), CultureInfo.InvariantCulture, out int value)
            ? value
            : null;
}
