using System.Diagnostics.CodeAnalysis;

namespace Zerg.Configuration;

/// <summary>
/// Turns texts into values for one program, and collects what is wrong with them and what became of every option.
/// </summary>
internal sealed class OptionReader(OptionList list, string? configPath)
{
    private readonly Dictionary<string, List<EffectiveOption>> _effective = [];
    private readonly List<Problem> _problems = [];
    private readonly bool _isStrict = LoadedConfiguration.IsStrictList(list);

    public OptionList List { get; } = list;

    public IReadOnlyList<Problem> Problems => _problems;

    public bool HasErrors => _problems.Exists(problem => problem.Severity == Severity.Error);

    /// <summary>The position of what is missing.</summary>
    public SourcePosition Nowhere { get; } = SourcePosition.Whole(configPath);

    public IReadOnlyList<EffectiveOption> Effective =>
        [.. Vocabulary.All.SelectMany(definition => _effective.GetValueOrDefault(definition.Name) ?? [])];

    public void Error(SourcePosition position, string? option, string message) =>
        _problems.Add(Problem.Error(position, option, message));

    /// <summary>With the option <c>strict</c> a warning is an error.</summary>
    public void Warn(SourcePosition position, string? option, string message) =>
        _problems.Add(_isStrict
            ? LoadedConfiguration.AsError(Problem.Warning(position, option, message))
            : Problem.Warning(position, option, message));

    /// <summary>Records the value that an option has in the end.</summary>
    public void Show(string name, string value, SourcePosition? source = null, IReadOnlyList<Option>? overrides = null)
    {
        if (!_effective.TryGetValue(name, out List<EffectiveOption>? rows))
        {
            _effective[name] = rows = [];
        }

        rows.Add(new EffectiveOption(name, value, source) { Overrides = overrides ?? [] });
    }

    /// <summary>Records an option that stays at its default, with a value where that is computed.</summary>
    public void ShowDefault(string name, string? value = null) =>
        Show(name, value ?? Vocabulary.Find(name)!.Default);

    /// <summary>The value of the last mention, or <paramref name="fallback"/>.</summary>
    public T Scalar<T>(string name, T fallback, Func<string, Parsed<T>> parse, Func<T, string>? show = null)
        where T : notnull =>
        TryScalar(name, parse, out T? value, show) ? value : fallback;

    /// <summary>False when the option is not there, or is wrong.</summary>
    public bool TryScalar<T>(
        string name,
        Func<string, Parsed<T>> parse,
        [NotNullWhen(true)] out T? value,
        Func<T, string>? show = null)
        where T : notnull
    {
        value = default;
        if (List.Last(name) is not { } option)
        {
            ShowDefault(name);
            return false;
        }

        if (option.IsItem)
        {
            Error(option.Position, name, "takes one value, not a list");
            return false;
        }

        return TryValue(option, parse, out value, show, [.. List.All(name).SkipLast(1)]);
    }

    /// <summary>The values of all mentions that are right.</summary>
    public IReadOnlyList<T> Values<T>(string name, Func<string, Parsed<T>> parse)
        where T : notnull
    {
        var values = new List<T>();
        foreach (Option option in List.All(name))
        {
            if (TryValue(option, parse, out T? value))
            {
                values.Add(value);
            }
        }

        if (!_effective.ContainsKey(name))
        {
            ShowDefault(name);
        }

        return values;
    }

    public bool TryValue<T>(
        Option option,
        Func<string, Parsed<T>> parse,
        [NotNullWhen(true)] out T? value,
        Func<T, string>? show = null,
        IReadOnlyList<Option>? overrides = null)
        where T : notnull
    {
        Parsed<T> parsed = Complaint(option) is { } complaint ? Parsed<T>.Failed(complaint) : parse(option.Value);
        if (!parsed.Ok)
        {
            Error(option.Position, option.Name, parsed.Error);
            value = default;
            return false;
        }

        value = parsed.Value;
        Show(option.Name, show is null ? Text(value) : show(value), option.Position, overrides);
        return true;
    }

    private static string? Complaint(Option option) =>
        option.Value.Contains('\0') ? "has a NUL character"
        : option.Value.Length > 0 ? null
        : Vocabulary.Find(option.Name)?.Kind is ValueKind.Boolean or ValueKind.Mode or ValueKind.Process
            ? null
        : "needs a value";

    private static string Text<T>(T value)
        where T : notnull => value switch
        {
            TimeSpan time => Duration.Format(time),
            bool flag => flag ? "true" : "false",
            Enum => value.ToString()!.ToLowerInvariant(),
            KeyValuePair<string, string> pair => $"{pair.Key}={pair.Value}",
            _ => value.ToString()!,
        };
}
