using System.Globalization;

namespace Zerg;

/// <summary>
/// What a worker tells its launcher that it has answered, as a variable of sd_notify(3): the numbers of
/// <see cref="ZergResponses"/>, the classes, then the latencies, then the sum of these in seconds.
/// </summary>
internal static class WorkerResponses
{
    /// <summary>The name of the variable.</summary>
    public const string Variable = "X_ZERG_RESPONSES";

    /// <summary><c>0,812,0,3,0;700,90,...,0;1.25</c></summary>
    public static string Format(ZergResponses responses) => string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join(',', responses.Classes)};{string.Join(',', responses.Latencies)};{responses.Seconds}");

    /// <summary>Null when it is nothing of the kind.</summary>
    public static ZergResponses? Parse(string text)
        => text.Split(';') is [var classes, var latencies, var sum]
            && Numbers(classes) is { } some && Numbers(latencies) is { } times
            && double.TryParse(sum, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && new ZergResponses(some, times, seconds) is var responses && responses.CanFollow(null)
                ? responses : null;

    private static long[]? Numbers(string text)
    {
        var words = text.Split(',');
        var numbers = new long[words.Length];
        for (var index = 0; index < words.Length; index++)
        {
            if (!long.TryParse(words[index], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[index]))
                return null;
        }

        return numbers;
    }
}
