namespace Zerg.Bench.Report;

/// <summary>All that was measured in one run.</summary>
/// <param name="Machine">Processors, memory and kernel.</param>
/// <param name="Pool">The pool that was measured.</param>
/// <param name="Quick">Whether it was the short run.</param>
/// <param name="Sections">One for each measurement.</param>
internal sealed record BenchReport(string Machine, string Pool, bool Quick, IReadOnlyList<Section> Sections);
