using System.Globalization;
using System.Text;

namespace Zerg.Configuration.Reading;

/// <summary>
/// Fills in what uWSGI fills in after everything has been read, in its order: <c>$(VARIABLE)</c> of the environment,
/// <c>@(file)</c>, then <c>%(option)</c> with its arithmetic. What cannot be filled in stays as it is, with a warning.
/// </summary>
internal sealed class Placeholders(OptionCollector collector)
{
    private const int MaxDepth = 64;

    private static readonly string[] s_operators = ["+", "-", "*", "/", "++", "--"];

    // uWSGI takes the first of several.
    private readonly Dictionary<string, int> _first = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly Stack<string> _filling = new();
    private Option[] _options = [];
    private bool[] _isFilled = [];

    /// <summary>Options that another one refers to.</summary>
    public IReadOnlySet<string> Used => _used;

    public void FillAll()
    {
        OptionList list = collector.Options;
        list.ReplaceEach(option => Replace(option, "$(", Variable));
        list.ReplaceEach(option => Replace(option, "@(", Content));

        _options = [.. list];
        _isFilled = new bool[_options.Length];
        for (int i = _options.Length - 1; i >= 0; i--)
        {
            _first[_options[i].Name] = i;
        }

        int next = 0;
        list.ReplaceEach(_ => Filled(next++));
    }

    private Option Filled(int index)
    {
        if (!_isFilled[index])
        {
            _isFilled[index] = true;
            _filling.Push(_options[index].Name);
            _options[index] = Replace(_options[index], "%(", Expression);
            _filling.Pop();
        }

        return _options[index];
    }

    private Option Replace(Option option, string opening, Func<string, Option, string?> value)
    {
        if (!option.IsLoose || !option.Value.Contains(opening, StringComparison.Ordinal))
        {
            return option;
        }

        string text = option.Value;
        var made = new StringBuilder();
        int done = 0;
        for (int start = 0; (start = text.IndexOf(opening, start, StringComparison.Ordinal)) >= 0;)
        {
            int end = text.IndexOf(')', start);
            if (end < 0)
            {
                collector.Warn(option, $"'{opening}' has no ')' behind it, and stays as it is");
                break;
            }

            if (value(text[(start + opening.Length)..end], option) is { } filled)
            {
                made.Append(text, done, start - done).Append(filled);
                done = end + 1;
                if (made.Length + text.Length - done > OptionCollector.MaxLength
                    || !collector.MayMake(filled.Length, option))
                {
                    return TooLong(option);
                }
            }

            start = end;
        }

        return option with { Value = made.Append(text, done, text.Length - done).ToString() };
    }

    private Option TooLong(Option option)
    {
        collector.Error(option.Position, option.Name, $"becomes longer than {OptionCollector.MaxLength / 1024} KiB");
        return option with { Value = "" };
    }

    private string? Variable(string name, Option option)
    {
        string? value = Environment.GetEnvironmentVariable(name);
        if (value is null)
        {
            collector.Warn(option, $"'$({name})' stays as it is, the environment has no such variable");
        }

        return value;
    }

    private string? Content(string path, Option option)
    {
        if (path.Contains("://", StringComparison.Ordinal))
        {
            collector.Error(option.Position, option.Name, $"'@({path})' is no file, and only files can be read");
            return null;
        }

        string? text = SourceText.Read(path, option.Position, collector.Problems);
        return text?.EndsWith('\n') == true ? text[..^1] : text;
    }

    private string? Expression(string expression, Option option)
    {
        string[] words = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? result = null;
        string? pending = null;
        foreach (string word in words)
        {
            if (s_operators.Contains(word))
            {
                pending = word.Length == 1 ? word : null;
                result = word.Length == 1 ? result : Calculate(result, word[..1], "1");
            }
            else if (Operand(word, words.Length > 1) is { } operand)
            {
                result = pending is null ? result + operand : Calculate(result, pending, operand);
                pending = null;
            }

            // What is too long already is refused by whoever asked.
            if (result?.Length > OptionCollector.MaxLength)
            {
                return result;
            }
        }

        if (result is null)
        {
            collector.Warn(option, $"'%({expression})' names no option, and stays as it is");
        }

        return result;
    }

    private string? Operand(string name, bool mayBeNumber)
    {
        if (!_first.TryGetValue(name, out int index))
        {
            return mayBeNumber && name.All(char.IsAsciiDigit) ? name : null;
        }

        _used.Add(name);
        if (!_filling.Contains(name) && _filling.Count <= MaxDepth)
        {
            return Filled(index).Value;
        }

        string way = string.Join(", ", _filling.Reverse());
        collector.Error(
            _options[index].Position, name,
            _filling.Contains(name)
                ? $"refers to itself, by {way}"
                : $"is more than {MaxDepth} placeholders deep, by {way}");
        return "";
    }

    private static string Calculate(string? left, string operation, string right)
    {
        long a = Number(left ?? "");
        long b = Number(right);
        long result = operation switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            _ => b == 0 ? 0 : a / b,
        };
        return result.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>As atoi(3) reads a number, which uWSGI does everywhere: the digits at the beginning.</summary>
    public static long Number(string text)
    {
        string trimmed = text.TrimStart();
        int sign = trimmed is ['-' or '+', ..] ? 1 : 0;
        int end = sign;
        while (end < trimmed.Length && end < 10 && char.IsAsciiDigit(trimmed[end]))
        {
            end++;
        }

        return long.TryParse(trimmed.AsSpan(0, end), CultureInfo.InvariantCulture, out long number) ? number : 0;
    }
}
