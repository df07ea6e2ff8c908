using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mono.Unix.Native;
using Zerg.Tests.Harness;

namespace Zerg.Tests.AspNetCore;

/// <summary>examples/hello as a process of its own.</summary>
internal sealed class HelloProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Part, int Times, TaskCompletionSource Said)> _awaited = [];

    private HelloProcess(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardInput = true;
        start.Environment["DOTNET_gcServer"] = "0";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => KeepError(line.Data);
        Executable.Start(_process);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static string Assembly { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "hello", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')),
        "hello.dll"));

    /// <summary>Everything it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>The lines on stderr.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    public int Id => _process.Id;

    /// <summary>The port that it has chosen by itself, once it has started without a pool.</summary>
    public int Port
    {
        get
        {
            const string Listening = "Now listening on: http://127.0.0.1:";
            var rest = Output[(Output.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..];
            return int.Parse(rest[..rest.IndexOf('\n', StringComparison.Ordinal)], CultureInfo.InvariantCulture);
        }
    }

    public static HelloProcess Start(string[] arguments, params (string Name, string Value)[] environment)
        => new(With(new ProcessStartInfo("dotnet", [Assembly, .. arguments]), environment));

    /// <summary>Attached to a pool.</summary>
    public static HelloProcess Attach(AppPool pool, params (string Name, string Value)[] environment)
        => Start(["--zerg", pool.Path, "--zerg-release", "r1"], environment);

    /// <summary>Started as the launcher does it, with a descriptor of this process as its number 3.</summary>
    public static HelloProcess Launch(int descriptor, params (string Name, string Value)[] environment)
        => new(With(
            new ProcessStartInfo(
                "bash",
                ["-c", $"export LISTEN_PID=$$ LISTEN_FDS=1; exec dotnet '{Assembly}' 3<&{descriptor}"]),
            environment));

    /// <summary>Waits until it has written this, so many times.</summary>
    public async Task SaysAsync(string part, CancellationToken cancel, int times = 1)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            times -= _output.ToString().Split(part).Length - 1;
            if (times <= 0)
                return;
            _awaited.Add((part, times, said));
        }

        await said.Task.WaitAsync(cancel);
    }

    public void Signal(Signum signal) => Syscall.kill(_process.Id, signal);

    public async Task<int> ExitAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
            TestContext.Out.WriteLine(Output);
        _process.Dispose();
    }

    private static ProcessStartInfo With(ProcessStartInfo start, (string Name, string Value)[] environment)
    {
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    private void KeepError(string? line)
    {
        if (line is not null)
            Errors.Enqueue(line);
        Keep(line);
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
            for (var i = 0; i < _awaited.Count; i++)
            {
                if (line?.Contains(_awaited[i].Part, StringComparison.Ordinal) != true)
                    continue;
                _awaited[i] = _awaited[i] with { Times = _awaited[i].Times - 1 };
                if (_awaited[i].Times == 0)
                    _awaited[i].Said.TrySetResult();
            }
        }
    }
}
