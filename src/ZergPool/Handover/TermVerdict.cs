using Zerg.Configuration;

namespace ZergPool.Handover;

/// <summary>What a term of <c>watch</c> came to.</summary>
/// <param name="Term">The term.</param>
/// <param name="Value">A share in per cent, or a latency in seconds; null without responses.</param>
/// <param name="Responses">Of how many.</param>
/// <param name="IsGood">Null while there are too few to say.</param>
internal sealed record TermVerdict(WatchTerm Term, double? Value, long Responses, bool? IsGood)
{
    /// <summary>What was seen, for people.</summary>
    public string Seen => $"{Term.Name} {Text(Term, Value)}";

    /// <summary>Why it is not good, in words.</summary>
    public string Why => $"{Seen} (of {Responses} responses) is not < {Text(Term, Limit)}";

    private double Limit => Term switch
    {
        WatchTerm.Share share => share.Percent,
        WatchTerm.Latency latency => latency.Time.TotalSeconds,
        _ => throw new InvalidOperationException(),
    };

    /// <summary>A value of a term with its unit.</summary>
    public static string Text(WatchTerm term, double? value) => value is not { } number ? "-"
        : term is WatchTerm.Share ? FormattableString.Invariant($"{number:0.###} %")
        : number < 1 ? FormattableString.Invariant($"{number * 1000:0.#} ms")
        : FormattableString.Invariant($"{number:0.##} s");
}
