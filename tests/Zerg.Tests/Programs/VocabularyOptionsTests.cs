extern alias zergpool;

using System.CommandLine;
using Zerg.Configuration;
using Zerg.Configuration.Reading;
using zergpool::Zerg.Programs;

namespace Zerg.Tests.Programs;

internal sealed class VocabularyOptionsTests
{
    [TestCase(ProgramKinds.Pool)]
    [TestCase(ProgramKinds.Zergling)]
    public void Help_lists_every_option_with_description_and_default(ProgramKinds program)
    {
        using var output = new StringWriter();
        Assert.That(Root(program).Parse(["--help"]).Invoke(new() { Output = output }), Is.Zero);

        string help = Words(output.ToString());
        foreach (OptionDefinition option in Vocabulary.For(program))
        {
            Assert.That(help, Does.Contain(Words($"--{option.Name} ")));
            Assert.That(help, Does.Contain(Words($"{option.Description} [default: {option.Default}]")));
        }
    }

    [Test]
    public void Values_are_read_in_order_behind_a_verb()
    {
        string[] arguments =
        [
            "run", "--zerg", "@a", "a.yml", "--json", "--zerg-fallback", "--zerg=b", "--processes", "1", "--processes",
            "2", "--wait", "5s", "--", "cmd", "-x", "@y",
        ];
        RootCommand root = new();
        Command run = new("run") { new Option<bool>("--json"), new Option<string>("--wait") };
        run.Arguments.Add(new Argument<string[]>("CONFIG") { Arity = ArgumentArity.ZeroOrMore });
        VocabularyOptions.AddTo(run, ProgramKinds.Zergling);
        root.Subcommands.Add(run);

        ParseResult result = root.Parse(arguments, VocabularyOptions.Parsing);
        CommandLineOptions read = VocabularyOptions.Read(result, arguments);

        Assert.That(result.Errors, Is.Empty);
        Assert.That(read.Problems, Is.Empty);
        Assert.That(read.Arguments, Is.EqualTo(new[] { "a.yml" }));
        string[] values = [.. read.Options.Select(option => $"{option.Position.Column} {option.Name} {option.Value}")];
        Assert.That(values, Is.EqualTo(new[]
        {
            "2 zerg @a", "6 zerg-fallback ", "7 zerg b", "8 processes 1", "10 processes 2", "15 command cmd",
            "16 command -x", "17 command @y",
        }));
    }

    private static RootCommand Root(ProgramKinds program)
    {
        var root = new RootCommand();
        VocabularyOptions.AddTo(root, program);
        return root;
    }

    private static string Words(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
