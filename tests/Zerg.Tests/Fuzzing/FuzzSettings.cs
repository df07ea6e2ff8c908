using System.Globalization;

namespace Zerg.Tests.Fuzzing;

/// <summary>A few seconds with the same seed each time; `./build.sh fuzz` asks for more.</summary>
internal static class FuzzSettings
{
    public static TimeSpan Time { get; } = TimeSpan.FromSeconds(Number("ZERG_FUZZ_SECONDS", 2));

    public static int Seed { get; } = Number("ZERG_FUZZ_SEED", 1);

    /// <summary>What is to be seen of a program that is well: no stack trace, nothing endless, no flood.</summary>
    public static void AssertBearable(IReadOnlyList<string> lines)
    {
        Assert.That(lines, Has.Count.LessThan(3000 + (100 * Time.TotalSeconds)));
        Assert.That(lines, Has.None.StartsWith("   at ").And.None.Contains("Unhandled exception"));
        Assert.That(lines.Max(line => line.Length), Is.LessThan(5000), lines.MaxBy(line => line.Length));
    }

    private static int Number(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
