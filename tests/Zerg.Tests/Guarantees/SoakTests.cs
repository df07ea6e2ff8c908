using Zerg.Posix;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>The soak of bench/, a short one: its own checks are the assertions.</summary>
internal sealed class SoakTests
{
    private static readonly string[] s_arguments =
    [
        ProgramFiles.ZergSoak, "--built", "--hand-overs", "25", "--kills", "3", "--upgrades", "3", "--reloads", "3",
    ];

    [Test, CancelAfter(240_000)]
    public async Task Hand_overs_kills_upgrades_and_reloads_lose_no_request_and_leave_nothing_in_the_pool(
        CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        using var soak = ChildProcess.Start(
            "dotnet", s_arguments,
            new Dictionary<string, string?> { [ProcessTree.Mark] = directory.Path, ["DOTNET_gcServer"] = "0" });
        try
        {
            var status = await soak.ExitAsync(cancel);
            var output = string.Join('\n', soak.Output.Lines.Concat(soak.Error.Lines));
            Proof.NothingLost(output, Does.Not.Match("(?m)^[1-9][0-9]* lost of "));
            Assert.That(status, Is.Zero, output);
            Assert.That(soak.Output.Lines[^1], Does.Match("^0 lost of [1-9][0-9]{3,} requests, and nothing grew"), output);
            TestContext.Out.WriteLine(output);
        }
        finally
        {
            ProcessTree.End(soak.HasExited ? [] : [soak.Pid], directory.Path);
        }
    }

    [Test, CancelAfter(120_000)]
    public async Task An_interrupted_soak_leaves_no_process_behind(CancellationToken cancel)
    {
        using var directory = new TemporaryDirectory();
        using var soak = ChildProcess.Start(
            "dotnet", s_arguments, new Dictionary<string, string?> { [ProcessTree.Mark] = directory.Path });
        await soak.OutputAsync(" descriptors, ", cancel);
        soak.Signal(Signals.SIGINT);
        Assert.That(await soak.ExitAsync(cancel), Is.EqualTo(128 + Signals.SIGINT));

        // What keeps the output of a launcher ends by itself, a moment after that.
        await Poll.UntilAsync(
            () => !Left(directory).Any(), () => string.Join(", ", Left(directory).Select(SocketHolders.Command)), cancel);
    }

    private static IEnumerable<int> Left(TemporaryDirectory directory)
        => ProcFiles.All().Where(pid => IsOf(directory, pid));

    private static bool IsOf(TemporaryDirectory directory, int pid)
    {
        try
        {
            return ProcFiles.Variable(pid, ProcessTree.Mark) == directory.Path && ProcFiles.IsAlive(pid);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
