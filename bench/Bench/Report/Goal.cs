namespace Zerg.Bench.Report;

/// <param name="Text">What is wanted.</param>
/// <param name="Figure">What was measured.</param>
/// <param name="Met">Whether it is so.</param>
internal sealed record Goal(string Text, string Figure, bool Met);
