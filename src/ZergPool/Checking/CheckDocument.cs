using Zerg.Configuration;

namespace ZergPool.Checking;

/// <summary>What <c>zergpool check</c> found; its table and its JSON show the same.</summary>
internal sealed record CheckDocument
{
    /// <summary>The first file, or null when the command line is all there is.</summary>
    public string? File { get; init; }

    /// <summary>What the pool does; null when the sources describe none.</summary>
    public IReadOnlyList<CheckedOption>? Zergpool { get; init; }

    /// <summary>What a zergling does.</summary>
    public IReadOnlyList<CheckedOption>? Zergling { get; init; }

    public IReadOnlyList<CheckedShare> SharedSockets { get; init; } = [];

    public IReadOnlyList<LeftOutOption> Ignored { get; init; } = [];

    public IReadOnlyList<CheckedProblem> Problems { get; init; } = [];

    /// <summary>Puts together what the reading of one configuration came to.</summary>
    public static CheckDocument Of(
        LoadedConfiguration loaded, PoolOptions? pool, ZerglingOptions? zergling, IEnumerable<Problem> problems) => new()
        {
            File = loaded.File,
            Zergpool = Checked(pool?.Effective),
            Zergling = Checked(zergling?.Effective),
            SharedSockets = Shares(loaded.Options),
            Ignored =
        [
            .. loaded.Ignored.Select(one => new LeftOutOption(
                one.Option.Name, one.Option.Value, $"{one.Option.Position}", Name(one.Verdict), one.Why)),
        ],
            Problems =
        [
            .. problems.Select(problem => new CheckedProblem(
                problem.Severity.ToString().ToLowerInvariant(), problem.Position.File, problem.Position.Line,
                problem.Position.Column, problem.Option, problem.Message)),
        ],
        };

    private static List<CheckedOption>? Checked(IReadOnlyList<EffectiveOption>? options) =>
        options?.Select(option => new CheckedOption(
            option.Name, option.Value, option.Source?.ToString(),
            [.. option.Overrides.Select(other => $"'{other.Value}' at {other.Position}")])).ToList();

    private static List<CheckedShare> Shares(OptionList options)
    {
        var table = new SocketTable(new OptionReader(options, null));
        return
        [
            .. table.Shares.Select((slot, number) => new CheckedShare(
                $"={number}", slot?.Address.ToString() ?? "?", slot?.Protocol.ToString().ToLowerInvariant() ?? "?",
                [.. options.Where(option => IsNamed(option.Value, number)).Select(option => $"{option.Name} at {option.Position}")])),
        ];
    }

    private static bool IsNamed(string value, int number) => value.Split(',')[0].Trim() == $"={number}";

    private static string Name(Verdict verdict) => verdict switch
    {
        Verdict.NoMeaning => "no-meaning",
        Verdict.NotSupported => "not-supported",
        Verdict.Variable => "variable",
        _ => "unknown",
    };
}
