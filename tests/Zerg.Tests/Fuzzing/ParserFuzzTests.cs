using Zerg.Fuzz;

namespace Zerg.Tests.Fuzzing;

/// <summary>What every parser was found out with before, and some more; `zergfuzz --replay` repeats one input.</summary>
internal sealed class ParserFuzzTests
{
    [TestCaseSource(typeof(FuzzTargets), nameof(FuzzTargets.Names)), CancelAfter(3_600_000)]
    public void Whatever_it_is_given_is_understood_or_refused_in_one_line(string name)
    {
        using var target = FuzzTargets.Create(name);
        var findings = new List<string>();
        var loop = new FuzzLoop(target, FuzzSettings.Seed);
        loop.Run(FuzzSettings.Time, _ => { }, finding =>
        {
            var file = Path.Combine(Path.GetTempPath(), $"zergfuzz-{name}-{FuzzSettings.Seed}-{findings.Count + 1}");
            File.WriteAllBytes(file, finding.Input);
            findings.Add($"{file}: {finding.Complaint}");
        });

        Assert.That(findings, Is.Empty, $"seed {FuzzSettings.Seed}, {loop.Inputs} inputs");
        TestContext.Out.WriteLine($"{loop.Inputs} inputs, seed {FuzzSettings.Seed}");
    }
}
