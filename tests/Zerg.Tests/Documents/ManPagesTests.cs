using System.CommandLine;
using System.Text.RegularExpressions;
using Zerg.Configuration;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Documents;

/// <summary>The manual pages are sound, and have the commands and options of the programs, no less and no more.</summary>
internal sealed partial class ManPagesTests
{
    // The indentation of what stands in a section, and of what stands below one of its tags.
    private const int Outer = 7;
    private const int Inner = 14;

    // Every order names a running pool by these.
    private static readonly string[] s_whichPool = ["--zerg", "--control"];
    private static readonly string[] s_general = ["--help", "--version"];

    [SetUp]
    public void RequireFormatters()
    {
        Peers.Require("groff");
        Peers.Require("man");
    }

    [TestCase(ProgramKinds.Pool), TestCase(ProgramKinds.Zergling), CancelAfter(30_000)]
    public async Task A_page_renders_without_a_warning(ProgramKinds program, CancellationToken cancel)
    {
        using var groff = ChildProcess.Start("groff", ["-man", "-ww", "-Tutf8", Source(program)]);
        Assert.That(await groff.ExitAsync(cancel), Is.Zero);
        Assert.That(groff.Error.Lines, Is.Empty);
        Assert.That(await RenderAsync(program, cancel), Has.One.EqualTo("NAME").And.One.EqualTo("SEE ALSO"));
    }

    [TestCase(ProgramKinds.Pool), TestCase(ProgramKinds.Zergling), CancelAfter(30_000)]
    public async Task Every_option_of_the_configuration_is_in_the_page_with_its_default(
        ProgramKinds program, CancellationToken cancel)
    {
        var entries = Entries(Section(await RenderAsync(program, cancel), "OPTIONS"), Outer);
        var options = Vocabulary.For(program).Select(option => $"--{option.Name}");
        Assert.That(entries.Keys, Is.EquivalentTo(options.Concat(s_general)));
        foreach (var option in Vocabulary.For(program))
        {
            var text = Words(entries[$"--{option.Name}"]);
            Assert.That(text, Does.StartWith($"{Value(option)} ").And.EndsWith($"Default: {option.Default}."), option.Name);
            Assert.That(text.Contains("May be repeated.", StringComparison.Ordinal), Is.EqualTo(option.Repeatable), option.Name);
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Every_command_is_in_the_page_with_its_own_options(CancellationToken cancel)
    {
        var configuration = Vocabulary.For(ProgramKinds.Pool).Select(option => $"--{option.Name}").Concat(s_whichPool).ToList();
        var commands = Root(ProgramKinds.Pool).Subcommands.Where(command => !command.Hidden).ToList();
        var entries = Entries(Section(await RenderAsync(ProgramKinds.Pool, cancel), "COMMANDS"), Outer);
        Assert.That(entries.Keys, Is.EquivalentTo(commands.Select(command => command.Name).Concat(s_whichPool)));
        foreach (var command in commands)
        {
            var own = command.Options.Where(option => !configuration.Contains(option.Name)).ToList();
            var told = Entries(entries[command.Name], Inner);
            Assert.That(told.Keys, Is.EquivalentTo(own.Select(option => option.Name)), command.Name);
            foreach (var option in own)
            {
                var text = Words(told[option.Name]);
                Assert.That(entries[command.Name][0], Does.Contain($"[{$"{option.Name} {option.HelpName}".TrimEnd()}]"));
                Assert.That(text, Does.StartWith($"{option.HelpName} ".TrimStart()), option.Name);
                if (Default(option) is { } value)
                    Assert.That(text, Does.EndWith($"Default: {value}."), option.Name);
            }
        }
    }

    [TestCase(ProgramKinds.Pool), TestCase(ProgramKinds.Zergling), CancelAfter(30_000)]
    public async Task No_page_names_an_option_that_its_program_does_not_have(ProgramKinds program, CancellationToken cancel)
    {
        var root = Root(program);
        var there = root.Subcommands.Prepend(root).SelectMany(command => command.Options).Select(option => option.Name);
        var named = OptionName().Matches(Words(await RenderAsync(program, cancel))).Select(match => match.Value).Distinct();
        Assert.That(named, Is.SubsetOf(there));
    }

    private static RootCommand Root(ProgramKinds program)
        => program == ProgramKinds.Pool ? ZergPool.CommandLine.Build([], []) : global::Zergling.CommandLine.Create();

    private static string Source(ProgramKinds program)
        => Path.Combine(ProgramFiles.Root, "docs", "man", program == ProgramKinds.Pool ? "zergpool.1" : "zergling.1");

    private static async Task<IReadOnlyList<string>> RenderAsync(ProgramKinds program, CancellationToken cancel)
    {
        // All warnings: what groff calls "all" leaves out macros that nobody defines.
        using var man = ChildProcess.Start(
            "man", ["--warnings=w", "-l", "-Tutf8", Source(program)],
            new Dictionary<string, string?>
            {
                ["LC_ALL"] = "C.UTF-8",
                ["MANWIDTH"] = "80",
                ["MANOPT"] = null,
                ["MANROFFOPT"] = null,
            });
        Assert.That(await man.ExitAsync(cancel), Is.Zero);
        Assert.That(man.Error.Lines, Is.Empty);

        // Bold and underlined letters come as on a teletype: another one, or a line, a step back, the letter.
        return [.. man.Output.Lines.Select(line => Overstruck().Replace(line, ""))];
    }

    private static IReadOnlyList<string> Section(IEnumerable<string> page, string heading) =>
    [
        .. page.SkipWhile(line => line != heading).Skip(1).TakeWhile(line => line.Length == 0 || line[0] == ' '),
    ];

    // What belongs to each tag, the rest of its own line first. A tag follows an empty line or a heading, and is no sentence.
    private static Dictionary<string, IReadOnlyList<string>> Entries(IReadOnlyList<string> lines, int indent)
    {
        var entries = new Dictionary<string, IReadOnlyList<string>>();
        var tag = new Regex($"^ {{{indent}}}((?:--)?[a-z][a-z-]*)(.*)");
        for (var index = 1; index < lines.Count; index++)
        {
            if (Indent(lines[index - 1]) < indent && tag.Match(lines[index]) is { Success: true } match)
            {
                var text = lines.Skip(index + 1).TakeWhile(line => line.Length == 0 || Indent(line) > indent);
                entries.Add(match.Groups[1].Value, [match.Groups[2].Value, .. text]);
            }
        }

        return entries;
    }

    // Of an empty line -1, which is less than any.
    private static int Indent(string line) => line.AsSpan().IndexOfAnyExcept(' ');

    private static string Value(OptionDefinition option) => option.Kind switch
    {
        ValueKind.Boolean => $"[={option.Value}]",
        ValueKind.Mode or ValueKind.Process => $"[{option.Value}]",
        _ => option.Value,
    };

    private static string? Default(System.CommandLine.Option option)
        => SaidDefault().Match(option.Description ?? "") is { Success: true } said ? said.Groups[1].Value
            : option.HasDefaultValue && option.GetDefaultValue() is { } value and not false ? $"{value}" : null;

    private static string Words(IEnumerable<string> lines)
        => string.Join(' ', string.Join(' ', lines).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(".\b")]
    private static partial Regex Overstruck();

    [GeneratedRegex(@"\[default: (.+)\]$")]
    private static partial Regex SaidDefault();

    [GeneratedRegex("(?<![a-z-])--[a-z][a-z-]*")]
    private static partial Regex OptionName();
}
