using System.Diagnostics;
using Zerg.Posix;

namespace Zerg.Tests.Harness;

/// <summary>A real process: its lines and its exit are events to wait for, and it never outlives its test.</summary>
internal sealed class ChildProcess : IDisposable
{
    // In parts: while the machine stands still one of them goes by, and not all.
    private const int LastWords = 10;

    private static readonly TimeSpan s_lastWord = TimeSpan.FromMilliseconds(100);

    private readonly Process _process = new();
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ProcessStartInfo start)
    {
        _process.StartInfo = start;
        _process.EnableRaisingEvents = true;
        _process.OutputDataReceived += (_, e) => Note(Output, e.Data, _outputEnd);
        _process.ErrorDataReceived += (_, e) => Note(Error, e.Data, _errorEnd);

        // Not WaitForExitAsync: that waits for the end of the pipes too, which a grandchild may hold.
        _process.Exited += (_, _) => _exit.TrySetResult(_process.ExitCode);
        Executable.Start(_process);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public bool HasExited => _exit.Task.IsCompleted;

    /// <summary>What it wrote to stdout.</summary>
    public LineLog Output { get; } = new();

    /// <summary>What it wrote to stderr.</summary>
    public LineLog Error { get; } = new();

    /// <summary>Starts a program; a variable of null is removed from the environment.</summary>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null,
        string? directory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return new ChildProcess(start);
    }

    /// <summary>Waits for a line on stdout that contains a text.</summary>
    public Task<string> OutputAsync(string part, CancellationToken cancel)
        => Output.WaitAsync(line => line.Contains(part, StringComparison.Ordinal), cancel);

    /// <summary>Waits for a line on stderr that contains a text.</summary>
    public Task<string> ErrorAsync(string part, CancellationToken cancel)
        => Error.WaitAsync(line => line.Contains(part, StringComparison.Ordinal), cancel);

    /// <summary>Waits for the exit status, 128 + N for signal N, and for what it wrote last.</summary>
    public async Task<int> ExitAsync(CancellationToken cancel)
    {
        try
        {
            var status = await _exit.Task.WaitAsync(cancel);

            // Bounded: a grandchild may hold the pipes.
            var end = Task.WhenAll(_outputEnd.Task, _errorEnd.Task);
            for (var left = LastWords; left > 0 && !end.IsCompleted; left--)
                await end.WaitAsync(s_lastWord, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return status;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"pid {Pid} did not exit; it wrote:\n{string.Join('\n', Error.Lines)}");
        }
    }

    /// <summary>Sends a signal to this process.</summary>
    public void Signal(int signal) => _ = Libc.kill(Pid, signal);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!HasExited)
            ProcessTree.End([Pid]);
        _process.Dispose();
    }

    private static void Note(LineLog log, string? line, TaskCompletionSource end)
    {
        if (line is not null)
            log.Add(line);
        else
            end.TrySetResult();
    }
}
