using System.Text.Json;
using Zerg.Posix;
using Zerg.StrictClient;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>The pool starts releases itself, and a command follows them.</summary>
internal sealed class DeployTests : DeployFixture
{
    [Test, CancelAfter(90_000)]
    public async Task It_waits_until_the_release_serves_alone_and_nothing_is_lost(CancellationToken cancel)
    {
        await StageAsync(cancel);
        Assert.That((await DeployAsync(cancel, "--release", "r0")).Exit, Is.Zero);
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 500, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });
        await crowd.SeesAsync("r0", cancel);
        foreach (var (release, before) in new[] { ("r1", "r0"), ("r2", "r1") })
        {
            // It starts for as long as nobody has seen that it does.
            var deploy = Deploy(["--release", release, .. From($"go-{release}")]);
            await deploy.OutputAsync($"release '{release}' starts", cancel);
            Stage.Write($"go-{release}", "");
            Assert.That(await deploy.ExitAsync(cancel), Is.Zero);
            Assert.That(deploy.Output.Lines[^1], Does.EndWith($"release '{release}' serves"));
            var status = await Stage.StatusAsync(cancel);
            Assert.That(status.Zerglings.Select(one => one.Release), Is.EqualTo(new[] { release }), $"{before} is gone");
            await crowd.SeesAsync(release, cancel);
        }

        await crowd.LeaveAsync("r0", "r1", "r2");
    }

    [Test, CancelAfter(60_000)]
    public async Task What_fails_says_why_and_changes_nothing(CancellationToken cancel)
    {
        await StageAsync(cancel);
        await DeployAsync(cancel, "--release", "good");

        var (exit, lines, _) = await DeployAsync(
            cancel, "--release", "bad", "--", "/bin/sh", "-c", "echo its last words; exit 3");
        Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
        Assert.That(lines[^2], Does.Contain("ended with exit status 3 before it was ready"));
        Assert.That(lines[^1], Is.EqualTo("         | its last words"));

        // The launcher itself, before it has attached.
        var good = await File.ReadAllTextAsync(Configuration, cancel);
        await File.WriteAllTextAsync(Configuration, good.Replace("ready: http:/", "ready: perhaps"), cancel);
        (exit, lines, _) = await DeployAsync(cancel, "--release", "bad");
        Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
        Assert.That(lines[^1], Does.Contain("app.yml:").And.Contain("ready: 'perhaps'"));
        var history = await Stage.OrderAsync(["history", "--limit", "1"], cancel);
        Assert.That(history.Output, Does.Match(@"failed  .* release 'bad': .*ready: 'perhaps'"));

        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: good"));
    }

    [Test, CancelAfter(60_000)]
    public async Task The_check_command_has_the_last_word(CancellationToken cancel)
    {
        // A probe is asked before anybody is told to accept, and must answer for the release.
        await StageAsync(cancel, "--check-command", "DIR/check", "--check-timeout", "5s");
        Check("""
            case "$ZERG_PROBE" in
                @*) answer=$(curl -si --abstract-unix-socket "${ZERG_PROBE#@}" http://localhost/) ;;
                *) answer=$(curl -si --unix-socket "$ZERG_PROBE" http://localhost/) ;;
            esac
            echo "$answer" | grep -i "x-release: $ZERG_RELEASE"
            """);
        Assert.That((await DeployAsync(cancel, "--release", "r0")).Exit, Is.Zero);
        var hello = await Stage.RollOutAsync("r1", cancel);

        Check("echo it looks bad; exit 7");
        var (exit, lines, _) = await DeployAsync(cancel, "--release", "bad");
        Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
        Assert.That(lines[^2], Does.EndWith("the check-command ended with exit status 7"));
        Assert.That(lines[^1], Is.EqualTo("         | it looks bad"));

        Check("exec sleep 60");
        (exit, lines, _) = await DeployAsync(cancel, "--release", "bad");
        Assert.That(exit, Is.EqualTo(ExitCodes.Failed));
        Assert.That(lines[^1], Does.EndWith("the check-command was not through within 5s"));
        Assert.That(hello.HasExited, Is.False);

        // Its workers accept until they are gone.
        await Stage.StatusAsync(status => status.Zerglings is [{ Release: "r1" }], cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r1"));
    }

    [Test, CancelAfter(60_000)]
    public async Task An_upgrade_of_the_pool_meanwhile_has_it_checked_anew(CancellationToken cancel)
    {
        await StageAsync(cancel, "--check-command", "DIR/check");
        Check("test -e \"$0.go\" || exec sleep 60");
        var deploy = DeployAsync(cancel, "--release", "r0");
        await Stage.StatusAsync(status => status.Zerglings is [{ State: "checking" }], cancel);
        File.WriteAllText(Path.Combine(Stage.Directory, "check.go"), "");
        Assert.That((await Stage.OrderAsync(["upgrade"], cancel)).ExitCode, Is.Zero);
        Assert.That((await deploy).Exit, Is.Zero);
        Assert.That(ProcessTable.All().Count(pid => ProcessTable.Parent(pid) == Stage.Pool.Pid), Is.EqualTo(1), "the launcher alone");
    }

    [Test, CancelAfter(60_000)]
    public async Task Of_two_at_once_the_second_waits_or_is_refused(CancellationToken cancel)
    {
        await StageAsync(cancel);
        await DeployAsync(cancel, "--release", "r0");
        var first = DeployAsync(cancel, ["--release", "r1", .. From("go")]);
        await Stage.StatusAsync(status => status.Zerglings.Any(one => one is { Release: "r1", State: "starting" }), cancel);
        var refused = await DeployAsync(cancel, "--release", "r3", "--no-wait");
        Assert.That(refused.Exit, Is.EqualTo(ExitCodes.TryAgain));
        Assert.That(refused.Error, Does.Contain("another release is being deployed"));

        var second = Deploy("--release", "r2");
        await second.OutputAsync("waits until the hand-over before it is through", cancel);
        Stage.Write("go", "");
        Assert.That(await second.ExitAsync(cancel), Is.Zero);
        Assert.That((await first).Exit, Is.Zero);
        Assert.That((await Stage.StatusAsync(cancel)).History.Select(one => one.Release), Is.EqualTo(new[] { "r2", "r1", "r0" }));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_launcher_that_dies_while_it_serves_is_started_again(CancellationToken cancel)
    {
        await StageAsync(cancel);
        await DeployAsync(cancel, "--release", "r0");
        var crowd = new Crowd(Stage).Add(
            "one connection a request", 200, o => o with { Mode = LoadMode.PerConnection, Connections = 4 });
        var pid = (await Stage.StatusAsync(cancel)).Deployments[0].Pid!.Value;
        _ = Libc.kill(pid, Signals.SIGKILL);
        var status = await Stage.StatusAsync(
            status => status.Deployments[0] is { State: "attached", Pid: { } other } && other != pid
                && status.Zerglings is [{ State: "accepting", Release: "r0" }], cancel);
        Assert.That(status.Pool.Generation, Is.EqualTo(1));
        await crowd.LeaveAsync("r0");
    }

    [Test, CancelAfter(60_000)]
    public async Task A_launcher_that_cannot_be_started_again_at_once_is_tried_once_more(CancellationToken cancel)
    {
        await StageAsync(cancel, "--launcher", "DIR/check");
        Check($"exec dotnet {ProgramFiles.Zergling} \"$@\"");
        await DeployAsync(cancel, "--release", "r0");
        var pid = (await Stage.StatusAsync(cancel)).Deployments[0].Pid!.Value;
        var script = Path.Combine(Stage.Directory, "check");
        File.Move(script, script + ".away");
        _ = Libc.kill(pid, Signals.SIGKILL);
        await Stage.Pool.ErrorAsync("deployment 1 could not be started again", cancel);
        File.Move(script + ".away", script);
        await Stage.StatusAsync(
            status => status.Deployments[0] is { State: "attached", Pid: { } other } && other != pid
                && status.Zerglings is [{ State: "accepting", Release: "r0" }], cancel);
        await TidyAsync(cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_pool_that_is_killed_meanwhile_goes_on_and_so_does_the_command(CancellationToken cancel)
    {
        await StageAsync(cancel);
        await DeployAsync(cancel, "--release", "r0");
        var deploy = DeployAsync(cancel, ["--release", "r1", .. From("go")]);
        await Stage.StatusAsync(status => status.Zerglings.Any(one => one is { Release: "r1", State: "starting" }), cancel);
        await Stage.KillAsync(cancel);
        await Stage.ComeBackAsync(cancel);
        Stage.Write("go", "");
        Assert.That((await deploy).Exit, Is.Zero);

        // The next pool looks after what the one before had started.
        var pid = (await Stage.StatusAsync(cancel)).Deployments.Single(one => one.Release == "r1").Pid!.Value;
        _ = Libc.kill(pid, Signals.SIGKILL);
        await Stage.StatusAsync(
            status => status.Deployments.Any(one => one is { Release: "r1", State: "attached", Pid: { } other } && other != pid), cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task Up_starts_the_first_and_SIGTERM_ends_what_the_pool_has_started(CancellationToken cancel)
    {
        await StageAsync(cancel, "--up");
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("200 OK"));
        Assert.That((await Stage.OrderAsync(["upgrade"], cancel)).ExitCode, Is.Zero);
        var launcher = (await Stage.StatusAsync(cancel)).Deployments.Single().Pid!.Value;
        Stage.Pool.Signal(Signals.SIGTERM);
        Assert.That(await Stage.Pool.ExitAsync(cancel), Is.Zero);
        Assert.That(ProcessTable.Started(launcher), Is.Null);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_pool_that_waits_for_what_it_has_started_to_leave_is_not_upgraded(CancellationToken cancel)
    {
        await StageAsync(
            "", ["ready: start"], cancel, "--up", "--", "/bin/sh", "-c",
            "trap '' TERM; touch deaf; until test -e leave; do sleep 0.05; done");
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);

        // It serves after a second, whether its shell has come as far as that or not.
        await Poll.UntilAsync(() => File.Exists(Path.Combine(Stage.Directory, "deaf")), () => "not deaf", cancel);
        Stage.Pool.Signal(Signals.SIGTERM);
        await Stage.Pool.ErrorAsync("SIGTERM: ", cancel);
        var (exitCode, _, error) = await Stage.OrderAsync(["upgrade"], cancel);
        Assert.That((exitCode, error), Is.EqualTo((ExitCodes.TryAgain, "zergpool: the pool is told to stop")));
        Stage.Write("leave", "");
        Assert.That(await Stage.Pool.ExitAsync(cancel), Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task What_the_command_line_of_the_pool_says_of_launchers_counts(CancellationToken cancel)
    {
        await StageAsync(
            "", ["command: /bin/false"], cancel,
            "--up", "--release", "r0", "--processes", "2", "--env", "SAID=here", "--", "/bin/sh", "-c", "test $SAID = here && exec gunicorn -w 1 app:app");
        var status = await Stage.StatusAsync(status => Stage.Accepting(status).Any(), cancel);
        Assert.That(status.Zerglings.Select(one => (one.Release, one.Workers.Count)), Is.EqualTo([("r0", 2)]));
        await Stage.Pool.ErrorAsync("INF release 'r0': ready, workers serving: 2", cancel);
        Assert.That((await DeployAsync(cancel, "--release", "r1")).Exit, Is.Zero);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r1"));
    }

    [Test, CancelAfter(60_000)]
    public async Task A_command_of_another_directory_has_the_configuration_of_the_pool(CancellationToken cancel)
    {
        await OpenAsync(
            directory =>
            {
                File.WriteAllText(
                    Path.Combine(directory, "app.yml"), $"zerg:\n  launcher: {ProgramFiles.Zergling}\n  env: [SAID=here]\n");
                return new PoolStart();
            },
            cancel, "app.yml");
        var deploy = Stage.Start(
            "deploy", "/bin/sh",
            [
                "-c", "mkdir other && cd other && exec dotnet \"$@\"", "sh", ProgramFiles.ZergPool, "deploy", "--zerg", Stage.Path,
                "--", "/bin/sh", "-c", "echo $SAID > said; exec sleep 60",
            ]);
        Assert.That(await deploy.ExitAsync(cancel), Is.Zero, string.Join('\n', deploy.Output.Lines));

        // It serves after a second, whether its shell has come as far as that or not.
        var said = Path.Combine(Stage.Directory, "other", "said");
        await Poll.UntilAsync(() => File.Exists(said) && File.ReadAllText(said).EndsWith('\n'), () => "nothing said", cancel);
        Assert.That(File.ReadAllText(said), Is.EqualTo("here\n"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Workers_cannot_be_held_back_so_a_rollback_starts_them_again(CancellationToken cancel)
    {
        await StageAsync(cancel, "--rollback-window", "60s");
        await DeployAsync(cancel, "--release", "r0");
        await DeployAsync(cancel, "--release", "r1");
        Assert.That(await Stage.OrderAsync(["rollback"], cancel), Is.EqualTo((0, "release 'r0' starts again, see zergpool follow", "")));
        Assert.That((await Stage.OrderAsync(["follow", "--release", "r0"], cancel)).ExitCode, Is.Zero);

        // Workers that were told to leave accept until they are gone.
        await Stage.StatusAsync(status => status.Zerglings is [{ Release: "r0" }], cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r0"));

        // What somebody else had started is started again as that was.
        var other = Stage.Launch("r2", "--ready http:/", "gunicorn", "-w", "1", "app:app");
        await Stage.TakesOverAsync(other, "r2", 0, cancel);
        await DeployAsync(cancel, "--release", "r3");
        Assert.That(await other.ExitAsync(cancel), Is.Zero);
        Assert.That((await Stage.OrderAsync(["upgrade"], cancel)).ExitCode, Is.Zero);
        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).ExitCode, Is.Zero);
        await Stage.StatusAsync(status => Stage.Accepting(status).Any(one => one.Release == "r2"), cancel);
        Assert.That((await Stage.OrderAsync(["follow", "--release", "r2"], cancel)).ExitCode, Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_launcher_of_two_pools_is_gone_back_from_in_both(CancellationToken cancel)
    {
        await StageAsync(cancel, "--rollback-window", "60s", "--zerg-pool", "DIR/two.sock:127.0.0.1:0");
        await DeployAsync(cancel, "--release", "r0");
        await DeployAsync(cancel, "--release", "r1");
        await Stage.StatusAsync(status => status.Rollback.Count == 2 && status.Zerglings.All(one => one.Release == "r1"), cancel);
        Assert.That((await Stage.OrderAsync(["rollback"], cancel)).ExitCode, Is.Zero);
        Assert.That((await Stage.OrderAsync(["follow", "--release", "r0"], cancel)).ExitCode, Is.Zero);
        var status = await Stage.StatusAsync(
            status => status.Zerglings is [{ Release: "r0", State: "accepting" }, { Release: "r0", State: "accepting" }], cancel);
        Assert.That(status.Zerglings.Select(one => one.Pid).Distinct().Count(), Is.EqualTo(1), "it was started once");
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r0"));
    }

    [Test, CancelAfter(90_000)]
    public async Task A_launcher_that_hangs_does_not_serve_beside_its_successor_for_ever(CancellationToken cancel)
    {
        await StageAsync(cancel, "--worker-reload-mercy", "2s");
        await DeployAsync(cancel, "--release", "r0");
        var pid = (await Stage.StatusAsync(cancel)).Deployments[0].Pid!.Value;
        _ = Libc.kill(pid, Signals.SIGSTOP);
        Assert.That((await DeployAsync(cancel, "--release", "r1")).Exit, Is.Zero);
        Assert.That((await Stage.StatusAsync(cancel)).Zerglings.Select(one => one.Release), Is.EqualTo(new[] { "r1" }));
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r1"));
        await TidyAsync(cancel);
    }

    [Test, CancelAfter(60_000)]
    public async Task A_launcher_that_never_attaches_holds_nobody_up(CancellationToken cancel)
    {
        await StageAsync(cancel, "--ready-timeout", "8s", "--launcher", "DIR/check");
        Check("touch \"$0.begun\"; exec sleep 60");
        var deploy = Deploy("--release", "bad");
        await deploy.OutputAsync("launcher pid", cancel);

        // A shell that had not read the script yet would read the next one.
        await Poll.UntilAsync(() => File.Exists(Path.Combine(Stage.Directory, "check.begun")), () => "not begun", cancel);
        Check($"exec dotnet {ProgramFiles.Zergling} \"$@\"");
        Assert.That((await DeployAsync(cancel, "--release", "r0")).Exit, Is.Zero);
        Assert.That(await deploy.ExitAsync(cancel), Is.EqualTo(ExitCodes.Failed));
        Assert.That(deploy.Output.Lines[^1], Does.EndWith("its launcher has not attached within 8s"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Workers_that_keep_dying_go_back(CancellationToken cancel)
    {
        await StageAsync(cancel, "--rollback-window", "60s", "--max-crashes", "1");
        await DeployAsync(cancel, "--release", "r0");
        Stage.Write("dying.py", ComingAndGoingTests.Wsgi + """

            import signal, threading, time
            def die():
                while not os.path.exists('die'):
                    time.sleep(0.02)
                os.kill(os.getppid(), signal.SIGKILL)
            threading.Thread(target=die, daemon=True).start()
            """.Replace("\n            ", "\n"));

        // Not before it serves: that would be a release that does not become ready.
        Assert.That((await DeployAsync(cancel, "--release", "r1", "--", "gunicorn", "-w", "1", "dying:app")).Exit, Is.Zero);
        Stage.Write("die", "");
        var status = await Stage.StatusAsync(
            status => status.Zerglings is [{ Release: "r0", Generation: 3, State: "accepting" }], cancel);
        await Stage.Pool.ErrorAsync("2 workers of release 'r1' died", cancel);
        Assert.That(await Stage.GetAsync(cancel), Does.Contain("X-Release: r0"));
        Assert.That(status.History[0].Outcome, Is.EqualTo("rolled back"));
    }

    [Test, CancelAfter(60_000)]
    public async Task Ctrl_C_leaves_it_running_and_says_how_to_go_on(CancellationToken cancel)
    {
        await StageAsync(cancel);
        await DeployAsync(cancel, "--release", "r0");
        var deploy = Deploy(["--release", "r1", .. From("go")]);
        await deploy.OutputAsync("starts", cancel);
        deploy.Signal(Signals.SIGINT);
        Assert.That(await deploy.ExitAsync(cancel), Is.EqualTo(130));
        Stage.Write("go", "");
        Assert.That(deploy.Error.Lines, Has.Some.Contains("it goes on: 'zergpool follow --zerg "));
        Assert.That((await Stage.OrderAsync(["follow", "--release", "r1"], cancel)).ExitCode, Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task Json_is_an_event_a_line(CancellationToken cancel)
    {
        await StageAsync(cancel);
        var deploy = Deploy(["--release", "r0", "--json", .. From("go")]);
        await deploy.OutputAsync("starting", cancel);
        Stage.Write("go", "");
        Assert.That(await deploy.ExitAsync(cancel), Is.Zero);
        var events = deploy.Output.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.That(events[0].GetProperty("stage").GetString(), Is.EqualTo("starting"));
        Assert.That(events[^1].GetProperty("stage").GetString(), Is.EqualTo("done"));
        Assert.That(events[^1].GetProperty("zergling").GetInt32(), Is.EqualTo(1));
    }

    [Test, CancelAfter(60_000)]
    public async Task Whoever_is_started_by_somebody_else_can_be_followed(CancellationToken cancel)
    {
        await StageAsync(cancel);
        await Stage.PremiereAsync("r0", cancel);
        var follow = Stage.Start("follow", "dotnet", [ProgramFiles.ZergPool, "follow", "--zerg", Stage.Path]);
        await follow.OutputAsync("nobody takes over yet", cancel);

        // It looks from time to time, and could miss one that does not take long.
        Stage.Launch("r1", "--ready http:/", From("go")[1..]);
        await follow.OutputAsync("release 'r1' starts", cancel);
        Stage.Write("go", "");
        Assert.That(await follow.ExitAsync(cancel), Is.Zero);
        Assert.That(follow.Output.Lines[^1], Does.EndWith("zergling 2, release 'r1' serves"));
        Stage.Hello("bad", ("HELLO_FAIL", "warmup"));
        var failed = await Stage.OrderAsync(["follow", "--release", "bad"], cancel);
        Assert.That(failed.ExitCode, Is.EqualTo(ExitCodes.Failed));
        Assert.That(failed.Output, Does.Contain("warm-up of '/': the app answered 500"));
    }

    // The keeper of a launcher that was killed removes the directory of that.
    private Task TidyAsync(CancellationToken cancel) => Poll.UntilAsync(
        () => Directory.GetDirectories(Stage.Directory, "zergling-*").Length == 1, () => "two launchers' directories", cancel);

    private void Check(string script)
    {
        var path = Stage.Write("check", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
