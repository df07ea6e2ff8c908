using Zerg.Configuration;
using Zerg.Configuration.Reading;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Configuration;

/// <summary>
/// The configurations of Galaxy's documentation and of its training. Beside each stands what it says, option by option;
/// the real uWSGI, where it accepts the file, says the same.
/// </summary>
internal sealed class SeedTests
{
    private static readonly string[] s_files =
    [
        .. Directory.GetFiles(Path.Combine(ProgramFiles.Root, "tests/Zerg.Tests/Configuration/Seed"))
            .Where(file => !file.EndsWith(".expected", StringComparison.Ordinal)).Select(Path.GetFileName).Order()!,
    ];

    // What uWSGI lists besides the options: the file itself, the question, and the logic that is decided already.
    private static readonly string[] s_notListed =
        ["ini", "yaml", "show-config", "if-exists", "endif", "for", "endfor", "set", "set-placeholder", "include"];

    [TestCaseSource(nameof(s_files))]
    public void Every_option_is_read_as_expected(string name)
    {
        string path = Locate(name);
        string[] read = [.. Load(path).Options.Select(option => $"{option.Name} = {option.Value}")];

        Assert.That(read, Is.EqualTo(File.ReadAllLines(path + ".expected").Select(line => line.Replace("DIR", Path.GetDirectoryName(path)))),
            string.Join('\n', read));
    }

    // All but the one that makes uWSGI a daemon, of which nobody reads anything.
    private static IEnumerable<string> Asked => s_files.Where(file => file != "whole.yml");

    [TestCaseSource(nameof(Asked)), CancelAfter(30_000)]
    public async Task The_real_uWSGI_agrees(string name, CancellationToken cancel) =>
        await UwsgiOracle.AgreesAsync(Locate(name), s_notListed, cancel);

    [TestCaseSource(nameof(s_files))]
    public void Nothing_is_unknown_and_what_is_left_out_is_named(string name)
    {
        LoadedConfiguration loaded = Load(Locate(name));
        string[] variables = ["fifos"];

        Assert.That(loaded.HasErrors, Is.False, string.Join('\n', loaded.Problems));
        Assert.That(loaded.Ignored.Where(one => one.Verdict == Verdict.Unknown), Is.Empty);
        Assert.That(
            loaded.Ignored.Where(one => one.Verdict == Verdict.Variable).Select(one => one.Option.Name), Is.SubsetOf(variables));
        Assert.That(
            loaded.Ignored.Where(one => one.Verdict == Verdict.NotSupported).Select(one => (one.Option.Position, one.Option.Name)),
            Is.SubsetOf(loaded.Problems.Select(problem => (problem.Position, problem.Option!))));
    }

    [TestCaseSource(nameof(s_files))]
    public void Converted_it_says_the_same(string name)
    {
        LoadedConfiguration loaded = Load(Locate(name));
        string text = new ZergPool.Converting.StrictYamlWriter(loaded).Write();
        (OptionList options, IReadOnlyList<Problem> problems) = Yaml.Read(text);

        Assert.That(problems, Is.Empty, text);
        Assert.That(Values(options), Is.EqualTo(Values(loaded.Options)), text);
    }

    private static string[] Values(OptionList options) =>
    [
        .. from definition in Vocabulary.All
           let all = options.All(definition.Name)
           where all.Count > 0
           from option in definition.Repeatable ? all : [all[^1]]
           select $"{option.Name} = {option.Value}",
    ];

    private static string Locate(string name) =>
        Path.Combine(ProgramFiles.Root, "tests/Zerg.Tests/Configuration/Seed", name);

    private static LoadedConfiguration Load(string path) => ConfigurationSource.Load(CommandLineReader.Read([path]));
}
