namespace Zerg.Configuration;

/// <summary>What a command can be run at: the option is the name with <c>hook-</c> before it.</summary>
internal static class HookNames
{
    public const string Attached = "attached";
    public const string Ready = "ready";
    public const string Handover = "handover";
    public const string Drained = "drained";
    public const string Failed = "failed";
    public const string RolledBack = "rolled-back";

    public static IReadOnlyList<string> All { get; } = [Attached, Ready, Handover, Drained, Failed, RolledBack];

    public static string Option(string name) => $"hook-{name}";
}
