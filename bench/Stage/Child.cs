using System.Diagnostics;
using Zerg.Posix;

namespace Zerg.Stage;

/// <summary>A process of our own: its lines and its exit are events, and it never outlives us.</summary>
internal sealed class Child : IAsyncDisposable
{
    // Above what a busy machine may need: a launcher that is killed leaves its workers behind.
    private static readonly TimeSpan s_mercy = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly LineLog _log = new();
    private readonly Action<string>? _onLine;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Child(ProcessStartInfo start, Action<string>? onLine)
    {
        _onLine = onLine;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Note(e.Data);
        _process.ErrorDataReceived += (_, e) => Note(e.Data);

        // Not WaitForExitAsync: that waits for the end of the pipes too, which a grandchild may hold.
        _process.Exited += (_, _) => _exited.TrySetResult(_process.ExitCode);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public bool HasExited => _exited.Task.IsCompleted;

    /// <summary>The exit status, once there is one.</summary>
    public Task<int> Exited => _exited.Task;

    public IReadOnlyList<string> Lines => _log.Lines;

    /// <summary>Starts a program; a variable of null is removed from the environment.</summary>
    public static Child Start(
        ProgramFile program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null,
        Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo(program.Program, [.. program.Arguments, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return new Child(start, onLine);
    }

    /// <summary>Waits for a line of its output that contains a text.</summary>
    /// <exception cref="StageException">It exited instead.</exception>
    public async Task<string> LineAsync(string part, CancellationToken cancel)
    {
        var line = _log.WaitAsync(line => line.Contains(part, StringComparison.Ordinal));
        await Task.WhenAny(line, Exited).WaitAsync(cancel);
        return line.IsCompleted ? await line : throw Died($"before it said '{part}'");
    }

    /// <summary>Waits until so many lines that contain a text have come.</summary>
    public async Task LinesAsync(string part, int count, CancellationToken cancel)
    {
        var seen = 0;
        var enough = _log.WaitAsync(line => line.Contains(part, StringComparison.Ordinal) && ++seen == count);
        await Task.WhenAny(enough, Exited).WaitAsync(cancel);
        if (!enough.IsCompleted)
            throw Died($"before it said '{part}' {count} times");
    }

    /// <summary>Waits for its end and all of its output.</summary>
    public async Task<int> OutputEndAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        return await Exited;
    }

    public StageException Died(string when) => new(
        $"{Path.GetFileName(_process.StartInfo.ArgumentList.FirstOrDefault() ?? _process.StartInfo.FileName)} exited "
        + $"{when}; it wrote:\n{string.Join('\n', Lines.TakeLast(10))}");

    public void Signal(int signal)
    {
        if (!HasExited)
            _ = Libc.kill(Pid, signal);
    }

    /// <summary>Asks it to go, and makes it go when the time is over.</summary>
    public async Task StopAsync(int signal = Signals.SIGTERM)
    {
        Signal(signal);
        if (await Task.WhenAny(Exited, Task.Delay(s_mercy)) != Exited)
            Signal(Signals.SIGKILL);
        await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        _log.Add(line);
        _onLine?.Invoke(line);
    }
}
