using System.Globalization;

namespace Zerg.Configuration;

/// <summary>Readers of the plain kinds of value.</summary>
internal static class Values
{
    private const int MaxText = 128;

    public static Parsed<bool> Boolean(string text) => text.ToLowerInvariant() switch
    {
        // An option without a value is switched on.
        "" or "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" => false,
        _ => Parsed<bool>.Failed($"'{text}' is neither 'true' nor 'false'"),
    };

    public static Func<string, Parsed<int>> Number(int min, int max) => text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number >= min && number <= max
            ? number
            : Parsed<int>.Failed($"'{text}' is out of range, expected a number of {min} to {max}");

    public static Parsed<int> SocketMode(string text) => text switch
    {
        "" or "1" or "true" => 0b110_110_110,
        { Length: 3 or 4 } when text.All(c => c is >= '0' and <= '7') => Convert.ToInt32(text, 8),
        _ => Parsed<int>.Failed($"'{text}' is no mode, expected 3 or 4 octal digits such as '660'"),
    };

    public static string ShowMode(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    public static Parsed<TimeSpan> PositiveDuration(string text) =>
        Duration.Parse(text) is { Ok: true, Value.Ticks: 0 }
            ? Parsed<TimeSpan>.Failed($"'{text}' leaves no time at all, expected more than 0")
            : Duration.Parse(text);

    /// <summary>A file or directory, relative to where the program starts.</summary>
    public static Parsed<string> FilePath(string text) => Path.GetFullPath(text);

    public static Parsed<string> Label(string text) =>
        text.Length > MaxText ? Parsed<string>.Failed($"is too long, expected at most {MaxText} characters")
        : text.Any(char.IsControl) ? Parsed<string>.Failed($"'{text}' has control characters")
        : text;

    /// <summary>A release's, see <see cref="LabelRule"/>.</summary>
    public static Parsed<string> Release(string text)
        => LabelRule.WhyNot(text) is { } reason ? Parsed<string>.Failed(reason) : text;

    /// <summary>A label that can be a file's name.</summary>
    public static Parsed<string> FileName(string text) =>
        text is "." or ".." || text.Contains('/')
            ? Parsed<string>.Failed($"'{text}' cannot name a file")
            : Label(text);

    public static Func<string, Parsed<T>> Choice<T>(params (string Text, T Value)[] choices)
        where T : struct, Enum => text =>
    {
        foreach ((string name, T value) in choices)
        {
            if (name == text)
            {
                return value;
            }
        }

        return Parsed<T>.Failed($"'{text}' is none of {string.Join(", ", choices.Select(choice => choice.Text))}");
    };

    public static Parsed<KeyValuePair<string, string>> Variable(string text) => text.IndexOf('=') switch
    {
        > 0 and var equals => new KeyValuePair<string, string>(text[..equals], text[(equals + 1)..]),
        _ => Parsed<KeyValuePair<string, string>>.Failed($"'{text}' is no variable, expected 'KEY=VALUE'"),
    };
}
