using Zerg.Configuration;

namespace ZergPool.Commands;

/// <summary>The commands of this program by their names.</summary>
internal static class Verb
{
    private static readonly string[] s_all =
    [
        "run", "check", "convert", "status", "top", "history", "reload", "reopen", "upgrade", "deploy", "follow", "rollback",
        "pause", "resume", "drain", "stop", "retire",
    ];

    /// <summary>Whether this is one of them.</summary>
    public static bool Is(string argument) => s_all.Contains(argument);

    /// <summary>What to say when the first bare argument was meant to be a command; null when it was not.</summary>
    public static string? Misspelt(IReadOnlyList<string> arguments)
    {
        if (arguments is not [{ Length: > 0 } first, ..] || first.AsSpan().ContainsAny('.', '/') || Path.Exists(first))
            return null;
        var hint = Spelling.Nearest(first, s_all) is { } nearest ? $", did you mean '{nearest}'?" : "; see zergpool --help";
        return $"'{first}' is neither a command nor a file{hint}";
    }
}
