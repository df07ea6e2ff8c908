namespace Zergling;

/// <summary>How this very program is started again, for its hidden verbs.</summary>
internal static class OwnProgram
{
    /// <summary>The file to execute: this program, or the dotnet host that runs it.</summary>
    public static string Path { get; } = Environment.ProcessPath
        ?? throw new InvalidOperationException("The path of the running program is not known.");

    /// <summary>argv up to where a verb goes.</summary>
    public static IReadOnlyList<string> Arguments { get; } =
        System.IO.Path.GetFileNameWithoutExtension(Path) == "dotnet"
            ? [Path, Environment.GetCommandLineArgs()[0]]
            : [Path];
}
