using Zerg.Configuration;

namespace ZergPool.Deploying;

/// <summary>What the pool's own command line says of its launchers.</summary>
/// <param name="Files">The configuration files, as it names them.</param>
/// <param name="Options">Options of launchers, <c>--NAME=VALUE</c>.</param>
/// <param name="Command">The command of the workers; empty for the one of the files.</param>
internal sealed record LauncherArguments(
    IReadOnlyList<string> Files, IReadOnlyList<string> Options, IReadOnlyList<string> Command)
{
    private const string CommandName = "command";

    // Of what both programs read; its sockets and its log file are the pool's alone.
    private static readonly string[] s_shared = ["name", "ready-timeout", "worker-reload-mercy", "log-level"];

    /// <summary>Nothing.</summary>
    public static LauncherArguments None { get; } = new([], [], []);

    /// <summary>Whether a command of workers may be found there.</summary>
    public bool NameACommand => Files.Count > 0 || Command.Count > 0;

    /// <summary>Picks it out of all options that were read: those that the pool does not take for itself alone.</summary>
    public static LauncherArguments Of(IReadOnlyList<string> files, IEnumerable<Option> options)
    {
        var said = options.Where(option => option.Position.IsCommandLine && Vocabulary.Find(option.Name) is { } known
            && (known.Programs == ProgramKinds.Zergling || s_shared.Contains(known.Name))).ToLookup(option => option.Name == CommandName);
        return new(files, [.. said[false].Select(Argument)], [.. said[true].Select(option => option.Value)]);
    }

    private static string Argument(Option option)
        => option.Value.Length == 0 ? $"--{option.Name}" : $"--{option.Name}={option.Value}";
}
