namespace Zerg.StrictClient;

internal sealed record WindowSpan(string Name, double StartSeconds, double? EndSeconds);
