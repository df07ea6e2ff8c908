using Zerg.Posix;
using Zerg.Tests.AspNetCore;
using Zerg.Tests.Harness;

namespace Zerg.Tests.Launching;

/// <summary>The commands of the examples' READMEs, each with a request in flight at its drain.</summary>
internal sealed class ExamplesTests : LauncherFixture
{
    [TestCase("python", "http:/", "/usr/bin/gunicorn --workers 1 app:app")]
    [TestCase("python", "delay:2s", "/usr/bin/python3 -m uvicorn --fd 3 asgi:app")]
    [TestCase("node", "delay:1s", "/usr/bin/node app.js")]
    [CancelAfter(30_000)]
    public async Task An_example_serves_and_drains(string directory, string ready, string command)
    {
        var cancel = TestContext.CurrentContext.CancellationToken;
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Pool.Port}") };
        var launcher = Launch(
            $"--chdir {Path.Combine(ProgramFiles.Root, "examples", directory)} --ready {ready} --release r5 "
            + "--drain-idle 500ms",
            command.Split(' '));
        await Pool.FrameAsync("ready", cancel);

        using var answer = await http.GetAsync("/", cancel);
        Assert.That(answer.Headers.GetValues("X-Release"), Is.EqualTo(new[] { "r5" }));
        using var inFlight = await RawClient.ConnectAsync(Pool.Port, cancel);
        await inFlight.SendAsync("/slow?ms=700", cancel);
        await Pool.FrameAsync("state Accepting", cancel);

        // Connections are accepted in their order: once this one is answered, the one before it is not in the queue.
        using var other = await RawClient.ConnectAsync(Pool.Port, cancel);
        await other.SendAsync("/slow?ms=1", cancel);
        await other.PassAsync("release r5", cancel);
        launcher.Signal(Signals.SIGTERM);

        await inFlight.PassAsync("release r5", cancel);
        Assert.That(await launcher.ExitAsync(cancel), Is.Zero);
        Assert.That(launcher.Error.Lines, Has.None.Contains("did not leave in time"));
    }
}
