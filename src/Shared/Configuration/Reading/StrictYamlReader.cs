using YamlDotNet.Core;

namespace Zerg.Configuration.Reading;

/// <summary>Reads the section <c>zerg:</c> of a YAML file; the other sections are not looked into.</summary>
internal static class StrictYamlReader
{
    public const string Section = "zerg";

    public static void Read(string text, string file, string section, OptionCollector collector)
    {
        try
        {
            new YamlSectionReader(text, file, section, collector).Read();
        }
        catch (YamlException e)
        {
            collector.Problems.Add(YamlSyntax.ToProblem(e, text, file));
        }
    }
}
