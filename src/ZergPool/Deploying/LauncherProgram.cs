using Zerg;

namespace ZergPool.Deploying;

/// <summary>Where the program <c>zergling</c> is.</summary>
internal static class LauncherProgram
{
    private const string Name = "zergling";
    private const string Host = "dotnet";
    private const string Assembly = ".dll";

    /// <summary>argv up to its first argument: as the option <c>launcher</c> says, else beside this program, else in PATH.</summary>
    /// <exception cref="ZergException">There is none.</exception>
    public static IReadOnlyList<string> Find(string? said)
    {
        if (said is not null)
        {
            return !File.Exists(said) ? throw Missing($"launcher: '{said}' is not there")
                : said.EndsWith(Assembly, StringComparison.Ordinal)
                    ? [InPath(Host) ?? throw Missing($"no {Host} in PATH"), Path.GetFullPath(said)]
                : [Path.GetFullPath(said)];
        }

        var beside = Path.Combine(AppContext.BaseDirectory, Name);
        return File.Exists(beside) ? [beside]
            : InPath(Name) is { } found ? [found]
            : throw Missing($"no {Name} beside this program, nor in PATH (option launcher)");
    }

    private static string? InPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.GetFullPath(Path.Combine(directory, name)))
        .FirstOrDefault(File.Exists);

    private static ZergException Missing(string message) => new(message, ExitCodes.Unavailable);
}
