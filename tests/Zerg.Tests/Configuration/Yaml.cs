using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Tests.Configuration;

/// <summary>Reads options from the lines of a section, which begin at line 2 of t.yml.</summary>
internal static class Yaml
{
    public const string File = "t.yml";

    public static (OptionList Options, IReadOnlyList<Problem> Problems) Read(string text) =>
        Collect(collector => StrictYamlReader.Read(text.TrimStart('\uFEFF'), File, StrictYamlReader.Section, collector));

    /// <summary>What a reader gives to a collector.</summary>
    public static (OptionList Options, IReadOnlyList<Problem> Problems) Collect(Action<OptionCollector> read)
    {
        var collector = new OptionCollector([]);
        read(collector);
        return (collector.Options, collector.Problems);
    }

    /// <summary>The options of a command line without files.</summary>
    public static OptionList Arguments(params string[] arguments) =>
        ConfigurationSource.Load(CommandLineReader.Read(arguments)).Options;

    public static OptionList Section(params string[] lines)
    {
        (OptionList options, IReadOnlyList<Problem> problems) = Read(Text(lines));
        Assert.That(problems, Is.Empty);
        return options;
    }

    public static string Text(params string[] lines) =>
        "zerg:\n" + string.Concat(lines.Select(line => $"  {line}\n"));

    public static PoolOptions Pool(params string[] lines)
    {
        (PoolOptions? options, IReadOnlyList<Problem> problems) = PoolOptions.From(Section(lines), File, Hosts.User);
        Assert.That(Lines(problems.Where(problem => problem.Severity == Severity.Error)), Is.Empty);
        return options!;
    }

    public static string[] PoolProblems(params string[] lines) =>
        Lines(PoolOptions.From(Section(lines), File, Hosts.User).Problems);

    public static ZerglingOptions Zergling(params string[] lines)
    {
        (ZerglingOptions? options, IReadOnlyList<Problem> problems) =
            ZerglingOptions.From(Section(lines), File, Hosts.User);
        Assert.That(Lines(problems), Is.Empty);
        return options!;
    }

    public static string[] PoolProblems(HostFacts host, params string[] lines) =>
        Lines(PoolOptions.From(Section(lines), File, host).Problems);

    public static string[] ZerglingProblems(params string[] lines) =>
        Lines(ZerglingOptions.From(Section(lines), File, Hosts.User).Problems);

    public static string[] Lines(IEnumerable<Problem> problems) => [.. problems.Select(problem => problem.ToString())];
}
