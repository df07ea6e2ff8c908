using System.Reflection;

namespace Zerg.Programs;

/// <summary>What this program is, and the version it was built as.</summary>
internal static class ProgramVersion
{
    private static readonly Assembly s_program = typeof(ProgramVersion).Assembly;

    /// <summary>zergpool or zergling.</summary>
    public static string Name { get; } = s_program.GetName().Name!;

    /// <summary>For example 0.1.0.</summary>
    public static string Text { get; }
        = s_program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
