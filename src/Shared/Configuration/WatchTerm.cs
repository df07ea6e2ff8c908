using System.Globalization;

namespace Zerg.Configuration;

/// <summary>A term of option <c>watch</c>: what the responses of a new release have to be like.</summary>
internal abstract record WatchTerm
{
    private const int MaxDigits = 7;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(ZergResponses.Bounds[^1]);

    private WatchTerm()
    {
    }

    /// <summary>The left side, as it is written.</summary>
    public abstract string Name { get; }

    /// <summary>The right side.</summary>
    public abstract string Limit { get; }

    /// <summary>Fewer responses than these per cent are of a class.</summary>
    public sealed record Share(int Class, double Percent) : WatchTerm
    {
        public override string Name => $"{Class}xx";

        public override string Limit => string.Create(CultureInfo.InvariantCulture, $"{Percent}%");
    }

    /// <summary>A percentile of the latency is shorter.</summary>
    public sealed record Latency(double Percentile, TimeSpan Time) : WatchTerm
    {
        public override string Name => string.Create(CultureInfo.InvariantCulture, $"p{Percentile}");

        public override string Limit => Duration.Format(Time);
    }

    /// <summary>Reads terms with commas between them, each name once.</summary>
    public static Parsed<WatchTerm[]> ParseAll(string text)
    {
        var terms = new List<WatchTerm>();
        foreach (string part in text.Split(','))
        {
            Parsed<WatchTerm> term = Parse(part.Trim());
            if (!term.Ok)
            {
                return Parsed<WatchTerm[]>.Failed(term.Error);
            }

            if (terms.Exists(other => other.Name == term.Value.Name))
            {
                return Parsed<WatchTerm[]>.Failed($"'{term.Value.Name}' is there twice");
            }

            terms.Add(term.Value);
        }

        return terms.ToArray();
    }

    public static string Format(IEnumerable<WatchTerm> terms) => string.Join(',', terms);

    /// <summary>As it is written.</summary>
    public sealed override string ToString() => $"{Name}<{Limit}";

    private static Parsed<WatchTerm> Parse(string text)
    {
        (string name, string limit) = text.Split('<') is [var left, var right] ? (left, right) : ("", "");
        return name is [>= '1' and <= '5', 'x', 'x'] && limit is [.. var percent, '%']
            ? Number(percent) is > 0 and <= 100 and var most
                ? new Share(name[0] - '0', most)
                : Failed(text, "expected more than 0% and at most 100%")
            : name is ['p', .. var percentile] && Number(percentile) is { } share ? ParseLatency(text, share, limit)
            : Failed(text, "expected a share such as '5xx<1%' or a latency such as 'p99<500ms'");
    }

    private static Parsed<WatchTerm> ParseLatency(string text, double percentile, string limit)
    {
        Parsed<TimeSpan> time = Duration.Parse(limit);
        return percentile is < 50 or > 99.9 ? Failed(text, "expected p50 to p99.9")
            : !time.Ok ? Parsed<WatchTerm>.Failed(time.Error)
            : time.Value <= TimeSpan.Zero || time.Value > s_longest
                ? Failed(text, $"expected a time from 1ms to {Duration.Format(s_longest)}")
            : new Latency(percentile, time.Value);
    }

    private static Parsed<WatchTerm> Failed(string text, string why) => Parsed<WatchTerm>.Failed($"'{text}': {why}");

    // Plain digits, perhaps with a point among them.
    private static double? Number(string text) =>
        text.Length is > 0 and <= MaxDigits && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^1])
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            ? number : null;
}
