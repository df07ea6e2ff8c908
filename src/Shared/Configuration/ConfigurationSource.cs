namespace Zerg.Configuration;

/// <summary>Brings the sources together: the file first, then the command line, which therefore wins.</summary>
internal static class ConfigurationSource
{
    /// <summary>
    /// Reads both. An unknown option is a warning in a file and an error on the command line.
    /// </summary>
    public static (OptionList Options, IReadOnlyList<Problem> Problems) Load(
        string? configPath,
        CommandLineOptions? commandLine = null)
    {
        (OptionList options, IReadOnlyList<Problem> read) =
            configPath is null ? (new OptionList(), []) : StrictYamlReader.Read(configPath);
        List<Problem> problems = [.. read];
        if (commandLine is not null)
        {
            options.AddRange(commandLine.Options);
            problems.AddRange(commandLine.Problems);
        }

        problems.AddRange(Unknown(options));
        return (options, problems);
    }

    /// <summary>The options that no program knows.</summary>
    public static IEnumerable<Problem> Unknown(OptionList options)
    {
        foreach (Option option in options.Where(option => Vocabulary.Find(option.Name) is null))
        {
            string hint = Vocabulary.Nearest(option.Name) is { } nearest ? $", did you mean '{nearest}'?" : "";
            yield return option.Position.IsCommandLine
                ? Problem.Error(option.Position, option.Name, $"unknown option{hint}")
                : Problem.Warning(option.Position, option.Name, $"unknown option{hint}, ignoring");
        }
    }
}
