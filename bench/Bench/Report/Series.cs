namespace Zerg.Bench.Report;

/// <summary>The same figure from several rounds.</summary>
internal sealed class Series(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public double Median => At(0.5);

    public double Least => _sorted[0];

    public double Most => _sorted[^1];

    public double At(double share) => _sorted.Length % 2 == 0 && share == 0.5
        ? (_sorted[_sorted.Length / 2 - 1] + _sorted[_sorted.Length / 2]) / 2
        : _sorted[Math.Clamp((int)Math.Ceiling(_sorted.Length * share) - 1, 0, _sorted.Length - 1)];

    /// <summary>The median and, in brackets, the least and the most.</summary>
    public string Text(string format) => _sorted.Length == 1
        ? Median.ToString(format, null)
        : $"{Median.ToString(format, null)} ({Least.ToString(format, null)}..{Most.ToString(format, null)})";
}
