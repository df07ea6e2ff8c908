using Zerg.Bench.Report;

namespace Zerg.Bench;

internal interface IMeasurement
{
    /// <summary>For --only.</summary>
    string Name { get; }

    Task<Section> RunAsync(BenchContext context);
}
