using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Demo;

internal sealed class DemoTests
{
    private static readonly string[] s_arguments =
        [ProgramFiles.ZergDemo, "--plain", "--hand-overs", "2", "--seconds", "8", "--rate", "500"];

    [Test, CancelAfter(120_000)]
    public async Task The_demo_loses_nothing_and_says_so(CancellationToken cancel)
    {
        using var demo = ChildProcess.Start("dotnet", s_arguments);
        var last = await demo.OutputAsync(" lost of ", cancel);
        var status = await demo.ExitAsync(cancel);
        var output = string.Join('\n', demo.Output.Lines);
        Proof.NothingLost(last, Does.StartWith("0 lost of "), output);
        Assert.That(last, Does.Match("^0 lost of [1-9][0-9]* requests over 2 hand-overs$"), output);
        Assert.That(status, Is.Zero, output);
        Assert.That(output, Does.Match(@"v3 failed: .*; v2 serves on"));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_interrupted_demo_leaves_no_process_behind(CancellationToken cancel)
    {
        using var demo = ChildProcess.Start("dotnet", s_arguments);
        await demo.OutputAsync("load begins", cancel);
        var started = ProcFiles.All().Where(pid => ProcessTable.Parent(pid) == demo.Pid).ToList();
        Assert.That(started, Has.Count.GreaterThanOrEqualTo(2), "the pool and the app that serves");
        demo.Signal(Signals.SIGINT);
        Assert.That(await demo.ExitAsync(cancel), Is.EqualTo(128 + Signals.SIGINT));
        Assert.That(demo.Output.Lines[^1], Does.StartWith("interrupted: "));
        Assert.That(started.Where(ProcFiles.IsAlive), Is.Empty);
    }
}
