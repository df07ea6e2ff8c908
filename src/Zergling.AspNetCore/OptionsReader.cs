using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Zerg;
using Zerg.Configuration;

namespace Zergling.AspNetCore;

/// <summary>Reads the options from the environment, the configuration and the command line.</summary>
internal static class OptionsReader
{
    /// <exception cref="ZergException">A value makes no sense; the message names its key.</exception>
    public static ZerglingOptions Read(IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var options = new ZerglingOptions();
        foreach (var pool in (Text(configuration, "zerg") ?? "").Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            options.Pools.Add(pool);

        options.Release = Text(configuration, "zerg-release") ?? Release(builder.Environment);
        options.Name = Text(configuration, "zerg-name") ?? options.Name;
        options.Mode = Text(configuration, "zerg-mode") is { } mode ? Mode(mode) : options.Mode;
        options.DrainIdle = Time(configuration, "zerg-drain-idle") ?? options.DrainIdle;
        options.Mercy = Time(configuration, "zerg-mercy") ?? options.Mercy;
        options.OrphanGrace = Time(configuration, "zerg-orphan-grace") ?? options.OrphanGrace;
        options.CountResponses = Flag(configuration, "zerg-count-responses") ?? options.CountResponses;
        if (Text(configuration, "zerg-warm-up") is { } target)
            options.WarmUpPath = target == "none" ? null : target;
        return options;
    }

    // Of the content root, since releases are usually directories; built elsewhere, the app's own time tells them apart.
    private static string Release(IHostEnvironment environment)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, environment.ApplicationName + ".dll");
        return ReleaseLabel.Of(
            environment.ContentRootPath, [File.Exists(assembly) ? assembly : Environment.ProcessPath]);
    }

    // The command line's --zerg-mode and the environment's ZERG_MODE; an empty value is none.
    private static string? Text(IConfiguration configuration, string key)
    {
        var variable = key.ToUpperInvariant().Replace('-', '_');
        var text = configuration[key] ?? configuration[variable] ?? Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    private static ZergMode Mode(string text)
        => Enum.TryParse<ZergMode>(text, ignoreCase: true, out var mode) && !char.IsAsciiDigit(text[0])
            ? mode
            : throw new ZergException(
                $"zerg-mode: '{text}' is no mode, expected auto, replace, join or standby", ExitCodes.Configuration);

    private static bool? Flag(IConfiguration configuration, string key)
        => Text(configuration, key) is not { } text ? null
            : bool.TryParse(text, out var flag) ? flag
            : throw new ZergException($"{key}: '{text}' is neither true nor false", ExitCodes.Configuration);

    private static TimeSpan? Time(IConfiguration configuration, string key)
    {
        if (Text(configuration, key) is not { } text)
            return null;
        var parsed = Duration.Parse(text);
        return parsed.Ok ? parsed.Value : throw new ZergException($"{key}: {parsed.Error}", ExitCodes.Configuration);
    }
}
