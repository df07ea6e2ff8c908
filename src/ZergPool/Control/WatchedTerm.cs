namespace ZergPool.Control;

/// <param name="Term">As the configuration has it.</param>
/// <param name="Value">What is seen: per cent, or seconds; null without responses.</param>
/// <param name="Responses">Of how many.</param>
/// <param name="Good">Whether that is as it has to be; null while there are too few to say.</param>
/// <param name="Seen">The value, for people.</param>
internal sealed record WatchedTerm(string Term, double? Value, long Responses, bool? Good, string Seen);
