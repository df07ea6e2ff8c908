using System.Text.RegularExpressions;
using Zerg.Fuzz;
using Zerg.Fuzz.Targets;
using Zerg.Posix;
using Zerg.Tests.Harness;
using Zerg.Tests.Launching;

namespace Zerg.Tests.Fuzzing;

/// <summary>A real launcher, given anything on its notify socket, by its worker and by its pool.</summary>
internal sealed partial class LauncherUnderAttackTests : LauncherFixture
{
    private const int Pools = 12;

    private const string Noise = """
        import os, random, sys, time
        random.seed(1)
        print("serving", flush=True)
        for _ in range(200):
            os.write(random.choice([1, 2]), random.randbytes(random.randrange(1, 40000)))
        time.sleep(600)
        """;

    [Test, CancelAfter(3_600_000)]
    public async Task It_lives_whatever_its_notify_socket_and_its_worker_say(CancellationToken cancel)
    {
        var launcher = Launch("--ready notify --log-level info", Python, Script("noise.py", Noise));
        await launcher.OutputAsync("serving", cancel);
        await launcher.ErrorAsync(" started, pid ", cancel);
        var worker = Workers(launcher).Single();
        var descriptors = ProcFiles.Descriptors(launcher.Pid).Count;

        await Attack.RunAsync("notify", ProcFiles.Variable(worker, "NOTIFY_SOCKET")!, FuzzSettings.Time, cancel);

        await PoolProcess.UntilAsync(() => ProcFiles.Descriptors(launcher.Pid).Count <= descriptors + 5, cancel);
        Assert.That(launcher.HasExited, Is.False);
        Assert.That(ProcFiles.IsAlive(worker));
        string[] own = [.. launcher.Error.Lines.Where(line => OwnLine().IsMatch(line))];
        FuzzSettings.AssertBearable(own);
        TestContext.Out.WriteLine($"{own.Length} lines of log");
        launcher.Signal(Signals.SIGTERM);
        Assert.That(await launcher.ExitAsync(cancel), Is.LessThan(128));
    }

    [Test, CancelAfter(3_600_000)]
    public async Task A_pool_that_says_anything_is_refused_with_a_line(CancellationToken cancel)
    {
        using var target = new ClientTarget();
        var random = new Random(FuzzSettings.Seed);
        var mutator = new Mutator(random, target.Tokens);
        var seeds = target.Seeds();
        for (var n = 0; n < Pools; n++)
        {
            var input = mutator.Mutate(seeds[random.Next(seeds.Count)], seeds[random.Next(seeds.Count)]);
            using var pool = new HostilePool(Temporary.File($"hostile-{n}"), input);
            var launcher = Run(["--zerg", pool.Path, "--worker-reload-mercy", "1s", "--", "sleep", "600"]);
            await pool.SaidAsync(cancel);
            await Task.WhenAny(launcher.ExitAsync(cancel), pool.AgainAsync(cancel));

            // It may come once more before it has attached, and one that is told to leave then says nothing.
            await Task.WhenAny(launcher.ExitAsync(cancel), launcher.Error.WaitAsync(_ => true, cancel));
            if (!launcher.HasExited)
                launcher.Signal(Signals.SIGTERM);
            Assert.That(await launcher.ExitAsync(cancel), Is.LessThan(128));
            Assert.That(launcher.Error.Lines, Is.Not.Empty, Convert.ToBase64String(input));
            FuzzSettings.AssertBearable(launcher.Error.Lines);
        }
    }

    // The worker's may be cut by any character that ends a line for whoever reads them here.
    [GeneratedRegex(@"^\d\d:\d\d:\d\d\.\d+ [A-Z]{3} ")]
    private static partial Regex OwnLine();
}
