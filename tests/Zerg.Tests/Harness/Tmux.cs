using Zerg.Posix;

namespace Zerg.Tests.Harness;

/// <summary>A real terminal with one program in it; the server is its own, and ends with the test.</summary>
internal sealed class Tmux : IAsyncDisposable
{
    // What the terminal was like before and after, and then, for who waits for it, what the program ended with.
    private const string Script = """
        stty -g > "$1/before"
        shift
        "$@"
        status=$?
        stty -g > "$0/after"
        echo "exit status $status"
        exec sleep 600
        """;

    private readonly TemporaryDirectory _directory;
    private string _screen = "";

    private Tmux(TemporaryDirectory directory)
    {
        _directory = directory;
    }

    /// <summary>What was seen last.</summary>
    public string Screen => _screen;

    /// <summary>Whether the terminal is in the modes it was in before the program ran; they are written down a little later.</summary>
    public bool IsRestored => File.Exists(_directory.File("after"))
        && File.ReadAllText(_directory.File("after")) == File.ReadAllText(_directory.File("before"));

    public static async Task<Tmux> StartAsync(
        int width, int height, IEnumerable<string> command, CancellationToken cancel)
    {
        var tmux = new Tmux(new TemporaryDirectory());
        var place = tmux._directory.Path;
        try
        {
            await tmux.RunAsync(
                cancel,
                [
                    "set-option", "-g", "status", "off", ";", "new-session", "-d", "-x", $"{width}", "-y", $"{height}",
                    "sh", "-c", Script, place, place, .. command,
                ]);
            return tmux;
        }
        catch
        {
            await tmux.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the screen is so.</summary>
    public Task UntilAsync(Func<string, bool> isSo, CancellationToken cancel) => Poll.UntilAsync(
        async () => isSo(_screen = await CaptureAsync()), () => $"\n{_screen}", cancel);

    /// <summary>Waits until some text is on the screen.</summary>
    public Task UntilAsync(string text, CancellationToken cancel)
        => UntilAsync(screen => screen.Contains(text, StringComparison.Ordinal), cancel);

    /// <summary>The screen with its colours.</summary>
    public Task<string> ColoursAsync(CancellationToken cancel) => RunAsync(cancel, "capture-pane", "-p", "-e");

    public Task KeysAsync(CancellationToken cancel, params string[] keys) => RunAsync(cancel, ["send-keys", .. keys]);

    public Task ResizeAsync(int width, int height, CancellationToken cancel)
        => RunAsync(cancel, "resize-window", "-x", $"{width}", "-y", $"{height}");

    /// <summary>A value of tmux's own, see FORMATS in tmux(1).</summary>
    public async Task<string> AskAsync(string format, CancellationToken cancel)
        => (await RunAsync(cancel, "display-message", "-p", $"#{{{format}}}")).TrimEnd();

    /// <summary>Sends a signal to the program.</summary>
    public async Task SignalAsync(int signal, CancellationToken cancel)
    {
        var shell = int.Parse(await AskAsync("pane_pid", cancel), System.Globalization.CultureInfo.InvariantCulture);
        _ = Libc.kill(ProcessTable.Family(shell).Single(pid => ProcessTable.Parent(pid) == shell), signal);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var end = Start("kill-server");
        await end.ExitAsync(patience.Token);
        _directory.Dispose();
    }

    // When the test's time is over, what was seen last says more than which command of tmux was running.
    private async Task<string> CaptureAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await RunAsync(patience.Token, "capture-pane", "-p");
    }

    private async Task<string> RunAsync(CancellationToken cancel, params string[] command)
    {
        using var run = Start(command);
        var exitCode = await run.ExitAsync(cancel);
        if (exitCode != 0)
            throw new InvalidOperationException($"tmux {command[0]}: {string.Join('\n', run.Error.Lines)}");
        return string.Join('\n', run.Output.Lines);
    }

    private ChildProcess Start(params string[] command) => ChildProcess.Start(
        "tmux", ["-S", _directory.File("tmux.sock"), "-f", "/dev/null", .. command],
        new Dictionary<string, string?> { ["TMUX"] = null });
}
