namespace Zerg.Tests.Launching;

/// <summary>The last step of starting a worker.</summary>
internal sealed class ExecVerbTests : LauncherFixture
{
    [Test, CancelAfter(30_000)]
    public async Task A_missing_command_is_127_and_one_line(CancellationToken cancel)
    {
        var exec = Run(["exec", "--", "no-such-command"]);

        Assert.That(await exec.ExitAsync(cancel), Is.EqualTo(127));
        Assert.That(
            await exec.ErrorAsync("zergling", cancel),
            Is.EqualTo("zergling: exec no-such-command: No such file or directory"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_command_that_cannot_be_executed_is_126(CancellationToken cancel)
    {
        var exec = Run(["exec", "--", "/etc/passwd"]);

        Assert.That(await exec.ExitAsync(cancel), Is.EqualTo(126));
    }

    [Test, CancelAfter(30_000)]
    public async Task The_command_takes_the_place_of_the_process(CancellationToken cancel)
    {
        var exec = Run(["exec", "--", "sh", "-c", "echo $$ $LISTEN_PID \"$1\"; exit 5", "sh", "a b"]);

        Assert.That(await exec.ExitAsync(cancel), Is.EqualTo(5));
        Assert.That(await exec.OutputAsync("a b", cancel), Is.EqualTo($"{exec.Pid} {exec.Pid} a b"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_missing_command_fails_the_release_with_its_message(CancellationToken cancel)
    {
        var launcher = Launch("--processes 2", "no-such-command");

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
        Assert.That(
            await Pool.FrameAsync("failed", cancel),
            Does.Contain("ended with exit status 127 before it was ready")
                .And.Contain("exec no-such-command: No such"));
    }
}
