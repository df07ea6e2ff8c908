namespace Zerg.Stage;

/// <summary>A program of this repository and how it is started.</summary>
internal sealed record ProgramFile(string Program, IReadOnlyList<string> Arguments)
{
    // artifacts/bin/PROJECT/CONFIGURATION/
    private static readonly DirectoryInfo s_own = new(AppContext.BaseDirectory.TrimEnd('/'));

    private static readonly string s_artifacts = s_own.Parent!.Parent!.Parent!.FullName;

    private static readonly string[] s_folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/local/sbin"];

    public static ProgramFile Hello { get; } = Managed("hello", "hello.dll");

    public static ProgramFile Pool { get; } = Managed("ZergPool", "zergpool.dll");

    public static ProgramFile Launcher { get; } = Managed("Zergling", "zergling.dll");

    public static ProgramFile StrictClient { get; } = Managed("StrictClient", "strictclient.dll");

    public static ProgramFile Twins { get; } = Managed("Twins", "twins.dll");

    /// <summary>The pool as Native AOT; null when it was not published.</summary>
    public static ProgramFile? NativePool { get; } = Native("zergpool");

    /// <summary>The launcher as Native AOT; null when it was not published.</summary>
    public static ProgramFile? NativeLauncher { get; } = Native("zergling");

    /// <summary>A program of the system; null when it is not installed.</summary>
    public static ProgramFile? Find(string name) =>
        s_folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } path
            ? new ProgramFile(path, [])
            : null;

    private static ProgramFile Managed(string project, string file) =>
        new(Host(), [Path.Combine(s_artifacts, "bin", project, s_own.Name, file)]);

    private static ProgramFile? Native(string file)
    {
        var path = Path.Combine(s_artifacts, "zerg", file);
        return File.Exists(path) ? new ProgramFile(path, []) : null;
    }

    // The runtime that runs this very program, else the one on the PATH.
    private static string Host() =>
        Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
