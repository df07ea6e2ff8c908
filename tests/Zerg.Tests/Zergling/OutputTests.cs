using System.Globalization;

namespace Zerg.Tests.Launching;

/// <summary>What workers write.</summary>
internal sealed class OutputTests : LauncherFixture
{
    [Test, CancelAfter(30_000)]
    public async Task Long_lines_of_two_workers_at_once_are_prefixed_and_whole(CancellationToken cancel)
    {
        const int lines = 200;
        const string script = """
            import os, sys, time
            me = os.environ['ZERG_WORKER']
            for i in range(200):
                sys.stdout.write('%s:%d:' % (me, i) + me * 9000 + '\n')
                sys.stdout.flush()
            print('done', flush=True)
            time.sleep(600)
            """;
        var launcher = Launch("--processes 2 --ready delay:100ms", Python, "-c", script);
        await launcher.OutputAsync("[worker 1] done", cancel);
        await launcher.OutputAsync("[worker 2] done", cancel);

        foreach (var worker in (int[])[1, 2])
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"[worker {worker}] {worker}:");
            var expected = Enumerable.Range(0, lines)
                .Select(i => $"{prefix}{i}:{new string((char)('0' + worker), 9000)}");
            Assert.That(
                launcher.Output.Lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)),
                Is.EqualTo(expected));
        }

        Assert.That(launcher.Output.Lines, Has.Count.EqualTo(2 * lines + 2));
    }

    [Test, CancelAfter(30_000)]
    public async Task Stdout_and_stderr_stay_apart(CancellationToken cancel)
    {
        var launcher = Launch("--ready delay:100ms", "sh", "-c", "echo to-out; echo to-err >&2; exec sleep 600");

        Assert.That(await launcher.OutputAsync("to-out", cancel), Is.EqualTo("[worker 1] to-out"));
        Assert.That(await launcher.ErrorAsync("to-err", cancel), Is.EqualTo("[worker 1] to-err"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_line_over_16_KiB_comes_in_pieces_and_that_is_said_once(CancellationToken cancel)
    {
        const string script = "import time; print('x' * 40000); print('y' * 40000, flush=True); time.sleep(600)";
        var launcher = Launch("--ready delay:100ms", Python, "-c", script);
        await launcher.Output.WaitAsync(line => line.EndsWith("yyy") && line.Length < 10_000, cancel);
        await launcher.ErrorAsync("over 16 KiB", cancel);

        Assert.That(
            launcher.Output.Lines.Select(line => line.Length - "[worker 1] ".Length),
            Is.EqualTo(new[] { 16384, 16384, 7232, 16384, 16384, 7232 }));
        Assert.That(launcher.Error.Lines.Count(line => line.Contains("over 16 KiB")), Is.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task The_last_words_of_a_worker_are_passed_on_and_reported(CancellationToken cancel)
    {
        const string script = "for i in $(seq 1 100); do echo line $i; done; printf 'no end' >&2; exit 3";
        // A second is enough to count as ready by itself, and this may take longer.
        var launcher = Launch("--ready delay:25s", "sh", "-c", script);

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
        var failed = await Pool.FrameAsync("failed", cancel);
        Assert.That(failed, Does.StartWith("failed worker 1 ended with exit status 3 before it was ready | "));
        Assert.That(failed, Does.Contain("line 100").And.Contain("no end"));
        Assert.That(failed.Split(" | "), Has.Length.EqualTo(21));
        await launcher.OutputAsync("[worker 1] line 100", cancel);
        await launcher.ErrorAsync("[worker 1] no end", cancel);
        await launcher.ErrorAsync("zergling: ", cancel);
        Assert.That(
            launcher.Error.Lines.Last(line => line.StartsWith("zergling: ", StringComparison.Ordinal)),
            Is.EqualTo("zergling: worker 1 ended with exit status 3 before it was ready"));
    }

    [TestCase(0xff)]
    [TestCase(0x01)]
    [CancelAfter(30_000)]
    public async Task Last_words_that_are_no_text_are_cut_and_reported(int octet)
    {
        var cancel = TestContext.CurrentContext.CancellationToken;
        var script = $"import sys; sys.stdout.buffer.write((bytes([{octet}]) * 1500 + b'\\n') * 25); sys.exit(3)";
        var launcher = Launch("--ready delay:25s", Python, "-c", script);

        Assert.That(await launcher.ExitAsync(cancel), Is.EqualTo(1));
        var failed = await Pool.FrameAsync("failed worker 1 ended with exit status 3 before it was ready", cancel);
        var lines = failed.Split(" | ")[1..];
        var expected = new string(octet < 0x80 ? (char)octet : '\ufffd', 500);
        Assert.That(lines, Is.EqualTo(Enumerable.Repeat(expected, 20)));
    }
}
