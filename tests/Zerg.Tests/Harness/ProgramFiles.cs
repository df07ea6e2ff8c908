namespace Zerg.Tests.Harness;

/// <summary>Where the build left the programs under test.</summary>
internal static class ProgramFiles
{
    // artifacts/bin/Zerg.Tests/CONFIGURATION/
    private static readonly DirectoryInfo s_tests = new(TestContext.CurrentContext.TestDirectory.TrimEnd('/'));

    public static string Zergling { get; } = Find("Zergling", "zergling.dll");

    public static string ZergPool { get; } = Find("ZergPool", "zergpool.dll");

    /// <summary>The example with the package.</summary>
    public static string Hello { get; } = Find("hello", "hello.dll");

    /// <summary>The example without it.</summary>
    public static string Plain { get; } = Find("plain", "plain.dll");

    public static string ZergDemo { get; } = Find("Demo", "zergdemo.dll");

    public static string ZergSoak { get; } = Find("Soak", "zergsoak.dll");

    /// <summary>The repository.</summary>
    public static string Root { get; } = s_tests.Parent!.Parent!.Parent!.Parent!.FullName;

    private static string Find(string project, string file)
        => Path.Combine(s_tests.Parent!.Parent!.FullName, project, s_tests.Name, file);
}
