using Zerg.Configuration.Reading;

namespace Zerg.Configuration;

/// <summary>What uWSGI's own way of reading names and values comes to in the vocabulary.</summary>
internal static class LooseValues
{
    /// <summary>Gives an option its name of the vocabulary, and a value of a dialect the form that is expected.</summary>
    public static Option Settle(Option option)
    {
        OptionDefinition? definition = Vocabulary.Find(option.Name);
        if (definition is null && Vocabulary.Named(option.Name) is { } other)
        {
            option = option with { Name = other.Name };
            definition = other;
        }

        return definition is null || !option.IsLoose || option.Position.IsCommandLine
            ? option
            : option with { Value = Value(option.Value, definition.Kind) };
    }

    private static string Value(string text, ValueKind kind) => kind switch
    {
        // Whatever is not "no" is "yes".
        ValueKind.Boolean => Values.Boolean(text).Ok ? text : "true",

        // As atoi(3): "4 ; note" is 4. What has no digits at all stays, and is refused.
        ValueKind.Number when text is [>= '0' and <= '9', ..] => $"{Placeholders.Number(text)}",
        _ => text,
    };
}
