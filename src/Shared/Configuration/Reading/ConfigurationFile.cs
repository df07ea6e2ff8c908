namespace Zerg.Configuration.Reading;

/// <summary>Finds out how a file is written, and has it read so.</summary>
internal static class ConfigurationFile
{
    private static readonly string[] s_yaml = [".yml", ".yaml"];
    private static readonly string[] s_ini = [".ini"];

    /// <summary>Takes FILE:SECTION apart; a file of that whole name comes first.</summary>
    public static (string Path, string? Section) Split(string name, Dialect? dialect)
    {
        int colon = name.LastIndexOf(':');
        return colon <= 0 || colon == name.Length - 1 || File.Exists(name) || name.IndexOf('/', colon) >= 0
            || (dialect is null && !IsConfiguration(name[..colon]))
            ? (name, null)
            : (name[..colon], name[(colon + 1)..]);
    }

    /// <summary>Whether a bare argument is a file to be read, by its ending.</summary>
    public static bool IsConfiguration(string name) => Ending(name, s_yaml) || Ending(name, s_ini);

    /// <summary>Reads the section asked for; without one, <c>uwsgi</c> and then <c>zerg</c>, which therefore wins.</summary>
    public static void Read(string path, string? section, Dialect? dialect, OptionCollector collector)
    {
        if (SourceText.Read(path, collector.Problems) is not { } text)
        {
            return;
        }
        else if ((dialect ?? Guess(path, text)) == Dialect.Ini)
        {
            new IniReader(text, path, collector).Read(section);
        }
        else
        {
            ReadYaml(path, text, section, collector);
        }
    }

    private static void ReadYaml(string path, string text, string? section, OptionCollector collector)
    {
        var file = new YamlFile(text);
        string[] wanted = section is null ? [UwsgiYamlReader.Section, StrictYamlReader.Section] : [section];
        if (!wanted.Any(file.Has))
        {
            // Whatever it is: a YAML parser says best what is wrong with it, or finds the section all the same.
            StrictYamlReader.Read(text, path, section ?? StrictYamlReader.Section, collector);
            return;
        }

        foreach (string name in wanted.Where(file.Has))
        {
            if (name == StrictYamlReader.Section)
            {
                StrictYamlReader.Read(file.Only(name), path, name, collector);
            }
            else
            {
                UwsgiYamlReader.Read(text, path, file, name, isAsked: section is not null, collector);
            }
        }
    }

    private static Dialect Guess(string path, string text)
    {
        if (Ending(path, s_ini) || Ending(path, s_yaml))
        {
            return Ending(path, s_ini) ? Dialect.Ini : Dialect.Yaml;
        }

        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> content = line.Trim();
            if (content is [not ('#' or ';'), ..])
            {
                return content is ['[', .., ']'] ? Dialect.Ini : Dialect.Yaml;
            }
        }

        return Dialect.Yaml;
    }

    private static bool Ending(string name, string[] endings) =>
        endings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
