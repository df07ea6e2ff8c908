using System.CommandLine;
using System.CommandLine.Parsing;
using Zerg.Configuration;
using Zerg.Configuration.Reading;

namespace Zerg.Programs;

/// <summary>
/// Shows the vocabulary to System.CommandLine for help and completion, and reads the values in the order given.
/// </summary>
internal static class VocabularyOptions
{
    /// <summary>To parse with: <c>@name</c> is a socket here and no response file.</summary>
    public static ParserConfiguration Parsing { get; } = new()
    {
        ResponseFileTokenReplacer = null,
        EnablePosixBundling = false,
    };

    /// <summary>Gives a verb every option of the program.</summary>
    public static void AddTo(Command command, ProgramKinds program)
    {
        foreach (OptionDefinition definition in Vocabulary.For(program))
        {
            command.Options.Add(ToOption(definition));
        }
    }

    /// <summary>
    /// The options of the vocabulary among the arguments that <paramref name="result"/> was parsed from.
    /// </summary>
    public static CommandLineOptions Read(ParseResult result, IReadOnlyList<string> arguments)
    {
        // A list of tokens has no positions, so only the verbs at its start and the own options come from there.
        int verbs = result.Tokens.TakeWhile(token => token.Type == TokenType.Command).Count();
        var others = new Dictionary<string, bool>();
        for (var at = result.CommandResult; at is not null; at = at.Parent as CommandResult)
        {
            foreach (System.CommandLine.Option option in at.Command.Options.Where(option => !IsOfVocabulary(option)))
            {
                foreach (string name in option.Aliases.Append(option.Name))
                {
                    others[name] = option.Arity.MinimumNumberOfValues > 0;
                }
            }
        }

        return CommandLineReader.Read(arguments, verbs, others);
    }

    private static bool IsOfVocabulary(System.CommandLine.Option option) =>
        option.Name.StartsWith("--", StringComparison.Ordinal) && Vocabulary.Find(option.Name[2..]) is not null;

    // Every value is taken as text and any number of times: what is wrong with it is said with all other problems.
    private static System.CommandLine.Option ToOption(OptionDefinition definition)
    {
        string name = $"--{definition.Name}";
        string description = $"{definition.Description} [default: {definition.Default}]";
        return definition.Kind switch
        {
            ValueKind.Boolean => new Option<bool>(name) { Description = description },
            ValueKind.Mode or ValueKind.Process => new Option<string?>(name)
            {
                Description = description,
                HelpName = definition.Value,
                Arity = ArgumentArity.ZeroOrOne,
            },
            _ => new Option<string[]>(name) { Description = description, HelpName = definition.Value },
        };
    }
}
