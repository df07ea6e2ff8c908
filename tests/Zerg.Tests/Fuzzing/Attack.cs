using Zerg.Tests.Harness;

namespace Zerg.Tests.Fuzzing;

/// <summary>The program zergfuzz against a socket of another program.</summary>
internal static class Attack
{
    private static readonly string s_program =
        Path.Combine(Path.GetDirectoryName(typeof(Zerg.Fuzz.FuzzTargets).Assembly.Location)!, "zergfuzz.dll");

    // A pool signals what has not left within the mercy.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    /// <summary>Attacks for a time, with one process after another.</summary>
    public static async Task RunAsync(string target, string path, TimeSpan time, CancellationToken cancel)
    {
        for (var (rest, seed) = (time, FuzzSettings.Seed); rest > TimeSpan.Zero; rest -= s_longest, seed++)
        {
            var seconds = Math.Ceiling((rest < s_longest ? rest : s_longest).TotalSeconds);
            string[] options = ["--only", target, "--attack", path, "--time", $"{seconds}", "--seed", $"{seed}"];
            using var attacker = ChildProcess.Start("dotnet", [s_program, .. options]);
            Assert.That(await attacker.ExitAsync(cancel), Is.Zero, string.Join('\n', attacker.Error.Lines));
            var sent = await attacker.OutputAsync(" sent to ", cancel);
            Assert.That(sent, Does.Not.Contain(": 0 sent"));
            TestContext.Out.WriteLine(sent);
        }
    }
}
