using Zerg.Configuration.Uwsgi;

namespace Zerg.Configuration.Reading;

/// <summary>
/// Reads <c>--key value</c>, <c>--key=value</c>, flags, uWSGI's letters (<c>-p 4</c>, <c>-p4</c>, <c>-M</c>), and the
/// command after <c>--</c>.
/// </summary>
internal static class CommandLineReader
{
    private const string Dashes = "--";

    /// <summary>
    /// Reads from the argument at <paramref name="start"/> on. The program's own options, which are no
    /// configuration, are passed over: <paramref name="others"/> tells of each whether a value follows it.
    /// </summary>
    public static CommandLineOptions Read(
        IReadOnlyList<string> arguments,
        int start = 0,
        IReadOnlyDictionary<string, bool>? others = null)
    {
        var result = new CommandLineOptions([], [], []);
        for (int i = start; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            SourcePosition position = SourcePosition.Argument(i + 1);
            if (argument == Dashes)
            {
                ReadCommand(arguments, i + 1, result);
                break;
            }

            string text = argument.Split('=', 2)[0];
            string? next = i + 1 < arguments.Count ? arguments[i + 1] : null;
            if (others?.TryGetValue(text, out bool takesValue) == true)
            {
                i += takesValue && text == argument ? 1 : 0;
            }
            else if (argument.StartsWith(Dashes, StringComparison.Ordinal))
            {
                i += ReadOption(argument[Dashes.Length..], next, position, result) ? 1 : 0;
            }
            else if (argument is ['-', _, ..])
            {
                i += ReadLetters(argument[1..], next, position, result) ? 1 : 0;
            }
            else
            {
                result.Arguments.Add(argument);
            }
        }

        return result;
    }

    /// <summary>Tells whether the next argument is this option's value.</summary>
    private static bool ReadOption(string text, string? next, SourcePosition position, CommandLineOptions result)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals];
        bool takesNext = equals < 0 && TakesNext(name, next);
        Add(name, equals >= 0 ? text[(equals + 1)..] : takesNext ? next! : "", position, result);
        return takesNext;
    }

    // -p4 and -p 4 are the same; letters without a value may stand together, as getopt(3) has it.
    private static bool ReadLetters(
        string letters, string? next, SourcePosition position, CommandLineOptions result)
    {
        int at = 0;
        UwsgiOption? option = UwsgiOptions.Find(letters[at]);
        while (option?.Arity == UwsgiArity.None)
        {
            Add(option.Name, "", position, result);
            if (++at == letters.Length)
            {
                return false;
            }

            option = UwsgiOptions.Find(letters[at]);
        }

        if (option is null)
        {
            result.Problems.Add(Problem.Error(position, $"-{letters[at..]}", "unknown option"));
            return false;
        }

        string rest = letters[(at + 1)..];

        bool takesNext = rest.Length == 0 && option.Arity == UwsgiArity.Required && TakesNext(option.Name, next);
        Add(option.Name, takesNext ? next! : rest, position, result);
        return takesNext;
    }

    private static bool TakesNext(string name, string? next) => Vocabulary.Find(name)?.Kind switch
    {
        null when UwsgiOptions.Find(name) is { } known =>
            known.Arity == UwsgiArity.Required && next is not null && next != Dashes && !IsOption(next),

        // Nobody knows it, and it is refused: what looks like its value is not to be taken for a file as well.
        null => next is [not '-', ..] && !ConfigurationFile.IsConfiguration(next),
        ValueKind.Boolean => false,
        ValueKind.Mode => next is not null && next.Length > 0 && next.All(char.IsAsciiDigit),
        ValueKind.Process => next is not null && Adoption.Parse(next) is { Ok: true } && next.Length > 0,
        _ => next is not null && next != Dashes && !IsOption(next),
    };

    // A value that is another option's name was forgotten.
    private static bool IsOption(string argument) =>
        argument.StartsWith(Dashes, StringComparison.Ordinal)
        && Vocabulary.Find(argument[Dashes.Length..].Split('=', 2)[0]) is not null;

    private static void Add(string name, string value, SourcePosition position, CommandLineOptions result) =>
        result.Options.Add(new Option(name, value, position) { IsLoose = true });

    private static void ReadCommand(IReadOnlyList<string> arguments, int start, CommandLineOptions result)
    {
        if (start == arguments.Count)
        {
            result.Problems.Add(Problem.Error(SourcePosition.Argument(start), Dashes, "has no command after it"));
        }

        for (int i = start; i < arguments.Count; i++)
        {
            result.Options.Add(new Option("command", arguments[i], SourcePosition.Argument(i + 1)) { IsItem = true });
        }
    }
}
