using Zerg.Fuzz.Targets;

namespace Zerg.Fuzz;

/// <summary>All there are.</summary>
internal static class FuzzTargets
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "greeting", "frames", "client", "control", "yaml", "uwsgi-yaml", "ini", "command-line", "values",
        "notify", "lines",
    ];

    /// <summary>A target, for the caller to dispose of.</summary>
    public static FuzzTarget Create(string name) => name switch
    {
        "greeting" => new GreetingTarget(),
        "frames" => new FrameTarget(),
        "client" => new ClientTarget(),
        "control" => new ControlTarget(),
        "yaml" or "uwsgi-yaml" => new ConfigurationTarget(name, ".yml"),
        "ini" => new ConfigurationTarget(name, ".ini"),
        "command-line" => new CommandLineTarget(),
        "values" => new ValueTarget(),
        "notify" => new NotifyTarget(),
        "lines" => new LineTarget(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
