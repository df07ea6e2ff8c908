using Zerg.Tests.Harness;

namespace Zerg.Tests.Guarantees;

/// <summary>What somebody sees who deploys from a terminal.</summary>
internal sealed class LiveDeployTests : DeployFixture
{
    [SetUp]
    public void RequirePeers()
    {
        Peers.Require("gunicorn");
        Peers.Require("tmux");
    }

    [Test, CancelAfter(90_000)]
    public async Task Every_step_is_shown_and_the_result_stays(CancellationToken cancel)
    {
        // Each step takes until it was seen: the check and, with a request on its way, the drain as well.
        await StageAsync(
            """

            import time
            hello = app
            def app(environ, start_response):
                if environ['PATH_INFO'] == '/wait':
                    open('asked', 'w').close()
                    while not os.path.exists('answer'):
                        time.sleep(0.02)
                return hello(environ, start_response)
            """,
            ["check-command: sh -c 'until test -e DIR/checked; do sleep 0.05; done'"], cancel, "--rollback-window", "60s");
        Stage.Write("checked", "");
        Assert.That((await Stage.OrderAsync(["deploy", "--release", "r0"], cancel)).ExitCode, Is.Zero);
        File.Delete(Path.Combine(Stage.Directory, "checked"));
        using var terminal = await ShowAsync(["--release", "r1", "--", "sh", "-c", """
            echo loads the model
            until test -e go; do sleep 0.1; done
            exec gunicorn -w 1 app:app
            """], cancel);
        await terminal.ShowsAsync(
            [
                "attach done", "start now zergling 2, release 'r1' starts", " | loads the model",
                "check", "hand-over", "bake", "drain",
            ],
            cancel);

        // Whatever became of the lines that were there, no half of them is left.
        await terminal.ResizeAsync(50, 16, cancel);
        await terminal.ShowsAsync(
            [
                "attach done", "start now zergling 2, release", " 'r1' starts", " | loads the model",
                "check", "hand-over", "bake", "drain",
            ],
            cancel);
        await terminal.ResizeAsync(80, 24, cancel);
        var answer = Stage.GetAsync(cancel, "/wait");
        await Poll.UntilAsync(() => File.Exists(Path.Combine(Stage.Directory, "asked")), () => "not asked", cancel);
        Stage.Write("go", "");
        await terminal.ScreenAsync("is ready, the", cancel);
        Stage.Write("checked", "");
        await terminal.ScreenAsync(" drains", cancel);
        Stage.Write("answer", "");
        Assert.That(await answer, Does.Contain("X-Release: r0"));
        Assert.That(await terminal.MaskedAsync("status: ", cancel), Is.EqualTo(new[]
        {
            "attach done", "start done", "check done", "hand-over done",
            "bake now release 'r0' can be gone back to", "drain done",
            "TIME zergling 2, release 'r1' serves; release 'r0' can be gone back to",
            "status: 0",
        }));
        Assert.That(await terminal.HasCursorAsync(cancel), Is.True);
    }

    [Test, CancelAfter(60_000)]
    public async Task What_fails_ends_with_why_and_its_last_lines(CancellationToken cancel)
    {
        await StageAsync(cancel);
        using var terminal = await ShowAsync(
            ["--release", "bad", "--", "sh", "-c", "echo loads the model; printf 'no \\033[31mmemory\\n'; exit 3"], cancel);
        Assert.That(await terminal.MaskedAsync("status: ", cancel), Is.EqualTo(new[]
        {
            "attach done", "start failed", "check", "hand-over", "bake", "drain",
            "TIME worker 1 ended with exit status 3 before it was ready",
            " | loads the model",
            " | no ?[31mmemory",
            "status: 1",
        }));
    }

    [Test, CancelAfter(60_000)]
    public async Task Ctrl_C_leaves_the_terminal_as_it_was_and_says_how_to_go_on(CancellationToken cancel)
    {
        await StageAsync(cancel);
        using var terminal = await ShowAsync(
            ["--release", "r0", "--", "sh", "-c", "until test -e go; do sleep 0.1; done; exec gunicorn -w 1 app:app"], cancel);
        await terminal.ScreenAsync("release 'r0' starts", cancel);
        Assert.That(await terminal.HasCursorAsync(cancel), Is.False);
        await terminal.TypeAsync("C-c", cancel);
        var screen = await terminal.MaskedAsync("status: ", cancel);
        Assert.That(screen.Take(6), Is.EqualTo(new[]
        {
            "attach done", "start now zergling 1, release 'r0' starts", "check", "hand-over", "bake", "drain",
        }));
        var which = $"--zerg {Stage.Path}";
        Assert.That(string.Concat(screen.Skip(6).SkipLast(1)).Replace(" ", ""), Is.EqualTo(
            $"zergpool: it goes on: 'zergpool follow {which} --release r0' shows how, 'zergpool stop 1 {which}' ends it"
                .Replace(" ", "")));
        Assert.That(screen[^1], Is.EqualTo("status: 130"));
        Assert.That(await terminal.HasCursorAsync(cancel), Is.True);
        Stage.Write("go", "");
        Assert.That((await Stage.OrderAsync(["follow", "--release", "r0"], cancel)).ExitCode, Is.Zero);
    }

    [TestCase("TERM=dumb")]
    [TestCase("CI=true")]
    [CancelAfter(60_000)]
    public async Task Where_nobody_looks_it_tells_it_line_by_line(string variable, CancellationToken cancel)
    {
        await StageAsync(cancel);
        using var terminal = await ShowAsync(["--release", "bad", "--", "false"], cancel, "env", variable);
        var screen = await terminal.MaskedAsync("status: ", cancel);
        Assert.That(screen.TakeLast(2), Is.EqualTo(new[] { "TIME worker 1 ended with exit status 1 before it was ready", "status: 1" }));
        Assert.That(screen, Has.None.StartsWith("attach"));
    }

    [TestCase(false)]
    [TestCase(true)]
    [CancelAfter(60_000)]
    public async Task Colours_can_be_done_without(bool without, CancellationToken cancel)
    {
        await StageAsync(cancel);
        using var terminal = await ShowAsync(
            ["--release", "bad", "--", "false"], cancel, without ? ["env", "NO_COLOR=1"] : []);
        Assert.That((await terminal.MaskedAsync("status: ", cancel))[1], Is.EqualTo("start failed"));
        Assert.That(await terminal.HasColourAsync(cancel), Is.Not.EqualTo(without));
    }

    private Task<Terminal> ShowAsync(string[] arguments, CancellationToken cancel, params string[] wrapper) => Terminal.OpenAsync(
        Stage.Directory, [.. wrapper, "dotnet", ProgramFiles.ZergPool, "deploy", "--zerg", Stage.Path, .. arguments], cancel);
}
