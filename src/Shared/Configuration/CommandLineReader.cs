namespace Zerg.Configuration;

/// <summary>Reads <c>--key value</c>, <c>--key=value</c>, flags, and the command after <c>--</c>.</summary>
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
        var result = new CommandLineOptions(new OptionList(), [], []);
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
            if (others?.TryGetValue(text, out bool takesValue) == true)
            {
                i += takesValue && text == argument ? 1 : 0;
            }
            else if (argument.StartsWith(Dashes, StringComparison.Ordinal))
            {
                string? next = i + 1 < arguments.Count ? arguments[i + 1] : null;
                i += ReadOption(argument[Dashes.Length..], next, position, result) ? 1 : 0;
            }
            else if (argument is ['-', _, ..])
            {
                result.Problems.Add(Problem.Error(position, argument, "unknown option"));
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
        if (equals >= 0)
        {
            result.Options.Add(new Option(name, text[(equals + 1)..], position));
            return false;
        }

        bool takesNext = Vocabulary.Find(name)?.Kind switch
        {
            // Unknown: it is refused, so nothing is to be taken for its value.
            null or ValueKind.Boolean => false,
            ValueKind.Mode => next is not null && next.All(char.IsAsciiDigit),
            _ => next is not null && next != Dashes && !IsOption(next),
        };
        result.Options.Add(new Option(name, takesNext ? next! : "", position));
        return takesNext;
    }

    // A value that is another option's name was forgotten.
    private static bool IsOption(string argument) =>
        argument.StartsWith(Dashes, StringComparison.Ordinal)
        && Vocabulary.Find(argument[Dashes.Length..].Split('=', 2)[0]) is not null;

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
