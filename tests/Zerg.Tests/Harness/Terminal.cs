using System.Globalization;
using System.Text.RegularExpressions;

namespace Zerg.Tests.Harness;

/// <summary>A real terminal of 80 columns and 24 lines, in a tmux of its own, in which one command runs.</summary>
internal sealed partial class Terminal : IDisposable
{
    private static int s_count;

    private readonly string _server = $"zerg-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
    private readonly Dictionary<string, string?> _environment;

    private Terminal(string directory)
    {
        Peers.Require("tmux");

        // There is somebody who looks, wherever the tests run.
        _environment = new Dictionary<string, string?>
        {
            [ProcessTree.Mark] = directory,
            ["CI"] = null,
            ["NO_COLOR"] = null,
            ["TMUX"] = null,
            ["LC_ALL"] = "C.UTF-8",
        };
    }

    /// <summary>Runs a command, and shows the status that it exits with.</summary>
    public static async Task<Terminal> OpenAsync(string directory, string[] command, CancellationToken cancel)
    {
        var terminal = new Terminal(directory);
        var line = string.Join(' ', command.Select(word => $"'{word.Replace("'", "'\\''")}'"));
        await terminal.AskAsync(
            cancel, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24",
            $"{line}; echo \"status: $?\"; exec sleep 600");
        return terminal;
    }

    /// <summary>The lines that are on the screen, without those below the last that has something in it.</summary>
    public async Task<IReadOnlyList<string>> ScreenAsync(CancellationToken cancel)
    {
        var lines = (await AskAsync(cancel, "capture-pane", "-p")).Select(line => line.TrimEnd()).ToList();
        return lines[..(lines.FindLastIndex(line => line.Length > 0) + 1)];
    }

    /// <summary>The screen, once a line of it contains a text.</summary>
    public async Task<IReadOnlyList<string>> ScreenAsync(string part, CancellationToken cancel)
    {
        IReadOnlyList<string> screen = [];
        await Poll.UntilAsync(
            async () => (screen = await ScreenAsync(cancel)).Any(line => line.Contains(part, StringComparison.Ordinal)),
            () => $"no '{part}' in:\n{string.Join('\n', screen)}", cancel);
        return screen;
    }

    /// <summary>The same, with figures that differ from run to run made equal, and runs of blanks as one.</summary>
    public async Task<IReadOnlyList<string>> MaskedAsync(string part, CancellationToken cancel)
        => Masked(await ScreenAsync(part, cancel));

    /// <summary>Waits until these are the lines, masked: of what is drawn again and again a look may see a part.</summary>
    public async Task ShowsAsync(IReadOnlyList<string> lines, CancellationToken cancel)
    {
        IReadOnlyList<string> screen = [];
        await Poll.UntilAsync(
            async () => (screen = Masked(await ScreenAsync(cancel))).SequenceEqual(lines),
            () => $"not these lines:\n{string.Join('\n', lines)}\nbut:\n{string.Join('\n', screen)}", cancel);
    }

    /// <summary>Whether anything on the screen has a colour.</summary>
    public async Task<bool> HasColourAsync(CancellationToken cancel)
        => (await AskAsync(cancel, "capture-pane", "-p", "-e")).Any(line => line.Contains("\e[3", StringComparison.Ordinal));

    /// <summary>Types a key, by its name in tmux.</summary>
    public Task TypeAsync(string key, CancellationToken cancel) => AskAsync(cancel, "send-keys", key);

    public Task ResizeAsync(int columns, int lines, CancellationToken cancel) => AskAsync(
        cancel, "resize-window", "-x", columns.ToString(CultureInfo.InvariantCulture), "-y",
        lines.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether the cursor is shown.</summary>
    public async Task<bool> HasCursorAsync(CancellationToken cancel)
        => (await AskAsync(cancel, "display-message", "-p", "#{cursor_flag}"))[0] == "1";

    /// <inheritdoc/>
    public void Dispose()
    {
        using var kill = Start("kill-server");
        kill.ExitAsync(CancellationToken.None).GetAwaiter().GetResult();
    }

    private static IReadOnlyList<string> Masked(IReadOnlyList<string> screen) =>
    [
        .. screen.Select(line => Blanks().Replace(
            Pids().Replace(Clock().Replace(Seconds().Replace(line, ""), "TIME"), "pid N"), " ").TrimEnd()),
    ];

    private async Task<IReadOnlyList<string>> AskAsync(CancellationToken cancel, params string[] words)
    {
        using var tmux = Start(words);
        Assert.That(await tmux.ExitAsync(cancel), Is.Zero, () => string.Join('\n', tmux.Error.Lines));
        return tmux.Output.Lines;
    }

    private ChildProcess Start(params string[] words) => ChildProcess.Start("tmux", ["-L", _server, .. words], _environment);

    [GeneratedRegex(@" +\d+\.\d s(?= |$)")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"^\d\d:\d\d:\d\d")]
    private static partial Regex Clock();

    [GeneratedRegex(@"pid \d+")]
    private static partial Regex Pids();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();
}
