namespace Zerg.Demo;

/// <summary>The load over a short time: a sample of all its runs together.</summary>
/// <param name="At">When the sample was taken.</param>
/// <param name="Requests">Answered or lost since the beginning.</param>
/// <param name="Losses">Lost since the beginning.</param>
/// <param name="Releases">The answers of each release since the pulse before.</param>
/// <param name="Lost">Losses since the pulse before.</param>
/// <param name="P50">Milliseconds, of the paced load since the pulse before.</param>
/// <param name="P99">As the median.</param>
internal sealed record Pulse(
    TimeSpan At, long Requests, long Losses, IReadOnlyDictionary<string, long> Releases, long Lost, double P50,
    double P99);
